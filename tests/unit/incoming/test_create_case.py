"""Step 6: a mail that belongs to nothing yet opens a case, once."""

import threading
from datetime import datetime

import pytest
from django.db import connection, transaction

from mailroom.flows.incoming import making, pipeline
from mailroom.flows.incoming.models import MadeRecord
from mailroom.records.assignment.models import AssignmentMap, Subject
from mailroom.records.crm.models import BusinessAccount, Case, CaseClass, Contact, Lead
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation import features
from mailroom.records.organisation.models import Employee, User
from tests.factories import incoming

STEP = "create_case"


@pytest.fixture
def support(db: None) -> EmailAccount:
    invoices = CaseClass.objects.create(class_id="INVOICE", description="Invoices")
    return incoming.system_account("SUPPORT", create_new_case=True, new_case_class=invoices)


@pytest.fixture
def contact(db: None, agent: User) -> Contact:
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk", email="office@fjellbekk.test")
    return Contact.objects.create(name="Ola", email="Ola@Example.org", business_account=account)


def test_the_case_has_what_the_mail_and_the_account_say(support: EmailAccount, contact: Contact, now: datetime) -> None:
    [email] = incoming.process(support, now, incoming.letter(subject="Crates [#7-0af1b2]", body="How much?"))
    case = Case.objects.get()
    assert (case.subject, case.description.strip(), case.case_class.class_id) == ("Crates", "How much?", "INVOICE")
    assert (case.contact, case.business_account, case.status) == (contact, contact.business_account, "new")
    assert (email.related_entity_type, email.related_entity_id) == ("case", case.pk)
    assert incoming.reason(email, STEP) == f"did: Opened case {case}. It has no owner yet."


def test_without_a_contact_the_lead_and_then_the_business_account_are_named(
    support: EmailAccount, contact: Contact, now: datetime
) -> None:
    lead = Lead.objects.create(name="Eirik", email="eirik@gard.test", created_at=now)
    raws = incoming.letter("eirik@gard.test"), incoming.letter("office@fjellbekk.test"), incoming.letter("x@y.test")
    incoming.process(support, now, *raws)
    first, second, third = Case.objects.order_by("pk")
    assert (first.contact, first.lead, first.business_account) == (None, lead, None)
    assert (second.contact, second.lead, second.business_account) == (None, None, contact.business_account)
    assert (third.contact, third.lead, third.business_account) == (None, None, None)


def test_the_owner_comes_from_the_case_assignment_map(
    support: EmailAccount, contact: Contact, now: datetime, agent: User
) -> None:
    cases = AssignmentMap.objects.create(map_id="CASES", subject=Subject.CASE)
    rule = {"property": "business_account", "condition": "equals", "value": "10388"}
    cases.rules.create(position=1, conditions=[rule], owner=agent.employee)
    support.processing.case_assignment_map = cases
    support.processing.save()
    [email] = incoming.process(support, now, incoming.letter())
    case = Case.objects.get()
    assert (case.owner, case.reason, email.owner) == (agent.employee, "assigned", agent.employee)


def test_the_second_mail_of_the_thread_joins_the_case(support: EmailAccount, now: datetime) -> None:
    first = incoming.letter(message_id="one@example.org")
    second = incoming.letter(in_reply_to="<one@example.org>", subject="Re: Price for 40 crates")
    emails = incoming.process(support, now, first, second)
    third = incoming.process(support, now, incoming.letter(references="<one@example.org>"))
    assert Case.objects.count() == 1
    assert {email.related_entity_id for email in [*emails, *third]} == {Case.objects.get().pk}


def test_an_answer_that_comes_before_what_it_answers_ends_in_one_case(support: EmailAccount, now: datetime) -> None:
    incoming.process(support, now, incoming.letter(in_reply_to="<one@example.org>"))
    [email] = incoming.process(support, now, incoming.letter(message_id="one@example.org"))
    assert Case.objects.count() == 1
    assert email.related_entity_id == Case.objects.get().pk


def test_the_same_mail_in_two_accounts_makes_one_case(support: EmailAccount, now: datetime) -> None:
    sales = incoming.system_account("SALES", create_new_case=True)
    raw = incoming.letter(to="sales@mailroom.test, support@mailroom.test", message_id="same@example.org")
    emails = [*incoming.process(support, now, raw), *incoming.process(sales, now, raw)]
    assert Case.objects.count() == 1
    assert {email.related_entity_id for email in emails} == {Case.objects.get().pk}


def test_a_message_id_of_another_sender_is_not_the_same_mail(support: EmailAccount, now: datetime) -> None:
    one, other = (Email(from_address=name, message_id="same@example.org") for name in ("a@x.test", "b@x.test"))
    assert making.mail_identity(one) != making.mail_identity(other)


def test_a_failed_mail_that_is_processed_again_makes_no_second_case(
    support: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = pipeline.STEPS[-1]
    monkeypatch.setattr(type(last), "run", lambda self, mail: 1 / 0)
    [email] = incoming.process(support, now, incoming.letter())
    assert email.status == "failed"
    monkeypatch.undo()
    assert pipeline.process_account(support.pk, now, [email.pk]).processed == 1
    assert Case.objects.count() == 1


def test_a_case_that_could_not_be_linked_is_not_made_at_all(
    support: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailroom.flows.incoming.steps.create_case.links.link_at_hand", lambda *arguments: 1 / 0)
    [email] = incoming.process(support, now, incoming.letter())
    assert (email.failed_step, Case.objects.count(), MadeRecord.objects.count()) == (STEP, 0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"auto_submitted": "auto-replied"},
        {"precedence": "bulk"},
        {"list_id": "<news.example.org>"},
        {"sender": "support@mailroom.test"},
        {"subject": "Automatic reply: away"},
    ],
)
def test_mail_that_no_person_wrote_opens_no_case(support: EmailAccount, now: datetime, fields: dict[str, str]) -> None:
    incoming.process(support, now, incoming.letter(**fields))
    assert not Case.objects.exists()


def test_without_the_option_or_the_functionality_no_case_is_opened(support: EmailAccount, now: datetime) -> None:
    row = features.read()
    row.case_management = False
    row.save()
    [email] = incoming.process(support, now, incoming.letter())
    assert incoming.reason(email, STEP) == "skipped: Case management is switched off."
    [email] = incoming.process(incoming.system_account("SALES"), now, incoming.letter())
    assert "is not selected" in incoming.reason(email, STEP)


def test_a_case_that_was_deleted_is_made_anew(support: EmailAccount, now: datetime) -> None:
    incoming.process(support, now, incoming.letter(message_id="same@example.org"))
    Case.objects.all().delete()
    _made, new = making.once("ola@example.org same@example.org", Case, lambda: _case(now), now)
    assert new


def _case(now: datetime) -> Case:
    return Case.objects.create(case_id=f"X-{Case.objects.count() + 1}", subject="x", created_at=now)


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_with_the_same_mail_one_makes_the_case(now: datetime) -> None:
    made: list[bool] = []

    def work() -> None:
        try:
            with transaction.atomic():
                made.append(making.once("same", Case, lambda: _case(now), now)[1])
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(made) == [False, False, False, True]
    assert Case.objects.count() == 1


def test_an_owner_who_left_gets_no_case(support: EmailAccount, now: datetime) -> None:
    cases = AssignmentMap.objects.create(map_id="CASES", subject=Subject.CASE)
    cases.rules.create(position=1, owner=Employee.objects.create(employee_id="E9", name="Per", active=False))
    support.processing.case_assignment_map = cases
    support.processing.save()
    incoming.process(support, now, incoming.letter())
    assert Case.objects.get().owner is None
