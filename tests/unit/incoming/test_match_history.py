"""Step 3: which mail of ours an incoming mail continues, and what it inherits."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailroom.flows.incoming import gathering
from mailroom.flows.incoming.models import ProcessingOptions
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.flows.sending import outbox
from mailroom.records.activities import linking
from mailroom.records.crm.models import BusinessAccount, Case, Contact
from mailroom.records.emails import tags
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User, Workgroup
from tests.factories import incoming

STEP = "match_history"


@pytest.fixture
def case(db: None, now: datetime) -> Case:
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk", email="office@fjellbekk.test")
    contact = Contact.objects.create(name="Ola", email="ola@example.org", business_account=account)
    return Case.objects.create(
        case_id="C-000124", subject="Crates", business_account=account, contact=contact, created_at=now
    )


@pytest.fixture
def ours(case: Case, now: datetime, agent: User) -> Email:
    """A mail of ours about the case, sent by Kari."""
    email = incoming.sent(incoming.system_account(), now, by=agent)
    linking.link([email.pk], case, now, agent)
    return Email.objects.get(pk=email.pk)


def belongs_to(email: Email, case: Case) -> bool:
    return (email.related_entity_type, email.related_entity_id) == ("case", case.pk)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"in_reply_to": "<{id}>"}, "In-Reply-To"),
        ({"references": "<unknown@example.org> <{id}> <other@example.org>"}, "References"),
        ({"subject": "SV: Crates {tag}"}, "the tag in its subject"),
        ({"body": "Yes please.\r\n\r\nSubject: Our offer {tag}\r\n> As promised."}, "in its quoted text"),
        ({"to": "sales+{number}@mailroom.test"}, "the address that it was sent to"),
        ({"delivered_to": "sales+{number}@mailroom.test"}, "the address that it was sent to"),
        ({"subject": "About c-000124"}, "the case's number"),
    ],
)
def test_each_way_of_the_list_finds_the_history(
    ours: Email, case: Case, now: datetime, fields: dict[str, str], words: str
) -> None:
    number = f"{ours.pk}-{tags.signature(ours.pk)}"
    filled = {
        name: value.format(id=ours.message_id, tag=f"[#{number}]", number=number) for name, value in fields.items()
    }
    [email] = incoming.process(ours.account, now, incoming.letter(**filled))
    assert belongs_to(email, case)
    assert words in incoming.reason(email, STEP)


def test_the_owner_of_the_mail_that_is_answered_gets_the_answer(ours: Email, now: datetime, agent: User) -> None:
    [email] = incoming.process(ours.account, now, incoming.letter(in_reply_to=f"<{ours.message_id}>"))
    assert email.owner == agent.employee


def test_a_subject_alone_is_no_history(ours: Email, now: datetime) -> None:
    [email] = incoming.process(ours.account, now, incoming.letter(subject=ours.subject))
    assert not email.related_entity_type
    assert incoming.reason(email, STEP) == "skipped: It continues nothing that is here."


def test_a_tag_with_a_wrong_hash_is_ignored(ours: Email, now: datetime) -> None:
    wrong = "0" * tags.LENGTH if tags.signature(ours.pk) != "0" * tags.LENGTH else "1" * tags.LENGTH
    raw = incoming.letter(subject=f"Re: x [#{ours.pk}-{wrong}]", to=f"sales+{ours.pk}-{wrong}@mailroom.test")
    [email] = incoming.process(ours.account, now, raw)
    assert not email.related_entity_type


def test_a_case_number_of_a_stranger_is_ignored(case: Case, now: datetime) -> None:
    account = incoming.system_account()
    stranger, colleague = incoming.process(
        account,
        now,
        incoming.letter("eve@stranger.test", f"About {case.case_id}"),
        incoming.letter("office@fjellbekk.test", f"About {case.case_id}"),
    )
    assert not stranger.related_entity_type
    assert belongs_to(colleague, case)


def test_the_first_way_wins(ours: Email, case: Case, now: datetime) -> None:
    other = Case.objects.create(case_id="C-000999", subject="Other", contact=case.contact, created_at=now)
    raw = incoming.letter(in_reply_to=f"<{ours.message_id}>", subject=f"About {other.case_id}")
    [email] = incoming.process(ours.account, now, raw)
    assert belongs_to(email, case)


def test_an_employee_who_writes_becomes_owner(ours: Email, now: datetime) -> None:
    nina = Employee.objects.create(employee_id="E7", name="Nina", email="Nina@Private.test")
    raw = incoming.letter("nina@private.TEST", in_reply_to=f"<{ours.message_id}>")
    [email] = incoming.process(ours.account, now, raw)
    assert email.owner == nina


def test_a_mail_that_its_domain_disowns_makes_nobody_owner(ours: Email, now: datetime) -> None:
    ReceivingOptions.objects.update_or_create(
        account=ours.account, defaults={"trusted_authentication_hosts": "mx.test"}
    )
    raw = incoming.letter("kari@mailroom.test", authentication_results="mx.test; dmarc=fail header.from=mailroom.test")
    [email] = incoming.process(ours.account, now, raw)
    assert email.owner is None


def test_who_left_inherits_nothing_and_the_work_group_does(ours: Email, now: datetime, agent: User) -> None:
    group = Workgroup.objects.create(workgroup_id="SUPPORT")
    Email.objects.filter(pk=ours.pk).update(workgroup=group)
    Employee.objects.filter(pk=agent.employee.pk).update(active=False)
    [email] = incoming.process(ours.account, now, incoming.letter(in_reply_to=f"<{ours.message_id}>"))
    assert (email.owner, email.workgroup) == (None, group)


def test_mail_of_a_personal_account_is_no_history(ours: Email, now: datetime, agent: User) -> None:
    private = incoming.relations.account(email_account_id="KARI", email_address="k@private.test", personal_owner=agent)
    secret = outbox.create(
        outbox.NewEmail(
            outbox.DraftFields(private, to=[outbox.Address("", "ola@example.org")], subject="Secret"), send=True
        ),
        now,
        agent,
    )
    [email] = incoming.process(ours.account, now, incoming.letter(in_reply_to=f"<{secret.message_id}>"))
    assert "continues nothing" in incoming.reason(email, STEP)


def test_a_personal_account_processes_nothing(db: None, now: datetime, agent: User) -> None:
    account = incoming.system_account("KARI", create_new_lead=True)
    account.personal_owner = agent
    account.save()
    [email] = incoming.process(account, now, incoming.letter())
    assert email.status == "processed"
    assert not email.steps.exists()


def test_a_conversation_about_a_mail_that_is_not_here_keeps_together(case: Case, now: datetime) -> None:
    account = incoming.system_account()
    first, second = incoming.receive(
        account,
        now,
        incoming.letter(references="<elsewhere@example.org>"),
        incoming.letter(references="<elsewhere@example.org>"),
    )
    linking.link([first.pk], case, now, None)
    incoming.pipeline.process_account(account.pk, now)
    second.refresh_from_db()
    assert belongs_to(second, case)
    assert "the conversation of" in incoming.reason(second, STEP)


def test_the_queries_are_as_many_for_many_mails_as_for_few(ours: Email, now: datetime) -> None:
    options = ProcessingOptions.objects.get(account=ours.account)
    counts = []
    for many in (2, 40):
        raws = [incoming.letter(f"a{n}@x.test", f"C-{n:06}", references=f"<a{n}@x> <b{n}@y>") for n in range(many)]
        mails = incoming.receive(ours.account, now, *raws)
        with CaptureQueriesContext(connection) as queries:
            gathering.gather(mails, options, now)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
