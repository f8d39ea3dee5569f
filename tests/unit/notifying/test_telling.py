"""Who is told of an event: by the registered template, once, or nobody and why."""

from datetime import datetime
from typing import Any

import pytest

from mailroom.base import audit
from mailroom.flows.notifying import telling
from mailroom.flows.sending import send
from mailroom.records.activities import commenting
from mailroom.records.activities import saving as saving_of_records
from mailroom.records.activities.commenting import NewComment, NewFile
from mailroom.records.crm import cases
from mailroom.records.crm.models import BusinessAccount, Case, CaseComment, Contact, ExpenseReceipt
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import BouncedAddress, Email, Lane
from mailroom.records.notifications import events, saving, standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.factories import relations


@pytest.fixture
def sales(db: None) -> EmailAccount:
    standard.install()
    return relations.account(outgoing_mail_server="smtp.mailroom.test")


@pytest.fixture
def case(sales: EmailAccount, agent: User, now: datetime) -> Case:
    contact = Contact.objects.create(name="Ingrid Solheim", email="ingrid@fjellbekk.example.net")
    owner: Any = agent
    return Case.objects.create(
        case_id="C-000124", subject="Crates", status="open", contact=contact, owner=owner.employee, created_at=now
    )


def own(body: str, **changes: Any) -> NotificationTemplate:
    """A template that somebody made and registered for comments."""
    values = {"to": "( (Case.OwnerID.Email) )", "subject": "About ( (Case.CaseCD) )"} | changes
    made = NotificationTemplate(description="Case contents", window_id="CR306000", body=body, **values)
    saving.save(made, None, datetime.now().astimezone())
    events.choose(events.PORTAL_COMMENT, made)
    return made


def comment(case: Case, now: datetime, text: str = "Forty\nare <b>broken</b>", **values: Any) -> CaseComment:
    assert case.contact is not None
    new = NewComment(text, key=text[:20] or "k", **values)
    return commenting.write(case, case.contact, new, now)[0]


def mails() -> list[Email]:
    return list(Email.objects.filter(direction="outgoing").order_by("pk"))


def test_the_owner_gets_the_values_of_this_comment(case: Case, now: datetime) -> None:
    own("<p>( (ActivitiesSelect.Subject) ): ((Activities.Body))</p>")
    older = comment(case, now, "Something before")
    one = comment(case, now, subject="Broken & late")
    telling.of_comment(one, now)
    [mail] = mails()
    assert (mail.to_line, mail.subject) == ("kari@mailroom.test", "About C-000124")
    assert "Broken &amp; late: Forty<br>are &lt;b&gt;broken&lt;/b&gt;" in mail.content.html
    assert older.body not in mail.content.html
    assert (mail.lane, mail.automatic, mail.related_entity_id) == (Lane.NOTICE, "auto-generated", case.pk)
    one.refresh_from_db()
    assert one.told == "kari@mailroom.test is told."


def test_nobody_is_told_twice_of_the_same_comment(case: Case, now: datetime) -> None:
    one = comment(case, now)
    telling.of_comment(one, now)
    telling.of_comment(one, now)
    assert len(mails()) == 1


def test_a_file_alone_is_an_event_of_its_own_and_named(case: Case, now: datetime) -> None:
    own("<p>A comment</p>")
    telling.of_comment(comment(case, now, "", files=[NewFile("broken.pdf", lambda: b"%PDF")]), now)
    [mail] = mails()
    assert mail.subject == "New comment on case C-000124"
    assert "Files: broken.pdf" in mail.content.html


@pytest.mark.parametrize("gone", ["no owner", "inactive owner"])
def test_without_an_owner_nobody_is_told_and_it_says_so(case: Case, now: datetime, gone: str) -> None:
    if gone == "no owner":
        case.owner = None
    else:
        assert case.owner is not None
        case.owner.active = False
        case.owner.save()
    case.save()
    one = comment(case, now)
    telling.of_comment(one, now)
    one.refresh_from_db()
    assert one.told == "Nobody was told: the case has no owner who works here."
    assert mails() == []


def test_an_owner_without_an_address_of_his_own_is_told_at_that_of_his_user(case: Case, now: datetime) -> None:
    assert case.owner is not None
    case.owner.email = ""
    case.owner.save()
    telling.of_comment(comment(case, now), now)
    assert [mail.to_line for mail in mails()] == ["kari@mailroom.test"]


def test_an_address_of_our_own_is_never_told(case: Case, now: datetime) -> None:
    own("<p>x</p>", to="sales@mailroom.test")
    one = comment(case, now)
    assert telling.of_comment(one, now).startswith("Nobody was told")
    assert mails() == []


def test_an_event_without_a_template_tells_nobody(case: Case, now: datetime) -> None:
    events.choose(events.PORTAL_COMMENT, None)
    words = telling.of_comment(comment(case, now), now)
    assert "no notification template is registered" in words
    assert mails() == []


def test_the_owner_reads_it_in_his_language(case: Case, now: datetime, agent: User) -> None:
    agent.language = "nb"
    agent.save()
    telling.of_comment(comment(case, now), now)
    assert mails()[0].subject == "Ny kommentar til sak C-000124"


def test_while_processing_is_suspended_it_waits(case: Case, sales: EmailAccount, now: datetime) -> None:
    preferences = current.read()
    preferences.suspend_email_processing = True
    preferences.save()
    telling.of_comment(comment(case, now), now)
    send.send_account(sales.pk, now)
    assert [mail.status for mail in mails()] == ["pending"]


def test_without_an_account_the_comment_stays_and_it_says_so(case: Case, now: datetime) -> None:
    EmailAccount.objects.update(active=False)
    one = comment(case, now)
    telling.of_comment(one, now)
    one.refresh_from_db()
    assert one.told.startswith("Nobody was told: There is no email account to send from.")


def test_a_template_of_another_window_is_refused_and_a_registered_one_is_not_deleted(sales: EmailAccount) -> None:
    welcome = standard.find("USERWELCOME")
    with pytest.raises(events.NotRegistered):
        events.choose(events.PORTAL_COMMENT, welcome)
    with pytest.raises(saving.InUse):
        saving.delete(own("<p>x</p>"))


def test_a_case_that_is_made_is_told_to_its_contact_once_a_template_is_registered(case: Case, now: datetime) -> None:
    assert case.contact is not None
    made = saving_of_records.save(Case(subject="New matter", contact=case.contact), now, None)
    assert telling.of_records(now) == 1
    assert mails() == [], "nobody asked for it"
    events.choose(events.CASE_CREATED, standard.find("CASECREATED"))
    firm = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk", language="nb")
    Contact.objects.filter(pk=case.contact_id).update(business_account=firm)
    made = saving_of_records.save(Case(subject="Another matter", contact=case.contact), now, None)
    assert [telling.of_records(now) for _turn in range(2)] == [1, 0]
    [mail] = mails()
    assert mail.recipients.get().address == "ingrid@fjellbekk.example.net"
    assert mail.subject == f"Sak {made.case_id}: Another matter"
    saving_of_records.save(made, now, None)
    assert telling.of_records(now) == 0, "its status is the same"


def test_a_contact_whose_mail_comes_back_is_not_told_and_the_trail_says_so(case: Case, now: datetime) -> None:
    assert case.contact is not None
    events.choose(events.CASE_CREATED, standard.find("CASECREATED"))
    address = case.contact.email
    BouncedAddress.objects.create(key=address, address=address.upper(), kind="hard", words="no such box", last_at=now)
    made = saving_of_records.save(Case(subject="New matter", contact=case.contact), now, None)
    assert telling.of_records(now) == 1
    assert mails() == []
    [entry] = audit.trail().filter(object_pk=str(made.pk), changes__has_key="notification")
    assert f"Nobody was told: Mail to {address} comes back." in entry.changes["notification"][1]
    BouncedAddress.objects.update(kind="soft")
    saving_of_records.save(Case(subject="Another matter", contact=case.contact), now, None)
    telling.of_records(now)
    assert [mail.recipients.get().address for mail in mails()] == [address]


def test_a_new_status_is_told_to_the_owner_unless_he_set_it(case: Case, now: datetime, agent: User) -> None:
    events.choose(events.CASE_CHANGED, standard.find("CASECHANGED"))
    with audit.acting(agent, "window"):
        cases.close([case.pk], now)
    telling.of_records(now)
    assert mails() == []
    cases.reopen([case.pk])
    telling.of_records(now)
    [mail] = mails()
    assert (mail.to_line, mail.subject) == ("kari@mailroom.test", "Case C-000124 is changed: Open")


def test_an_approved_receipt_is_told_to_its_employee(
    sales: EmailAccount, agent: User, administrator: User, now: datetime
) -> None:
    events.choose(events.DOCUMENT_APPROVED, standard.find("DOCUMENTAPPROVED"))
    kari: Any = agent
    receipt = ExpenseReceipt(date=now.date(), description="Train", employee=kari.employee)
    saving_of_records.save(receipt, now, agent)
    receipt.status = ExpenseReceipt.Status.APPROVED
    with audit.acting(administrator, "window"):
        saving_of_records.save(receipt, now, administrator)
        saving_of_records.save(receipt, now, administrator)
    telling.of_records(now)
    [mail] = mails()
    assert mail.to_line == "kari@mailroom.test"
    assert f"was approved by {administrator}" in mail.content.text


def test_what_happened_to_a_record_that_is_gone_is_forgotten(case: Case, now: datetime) -> None:
    events.choose(events.CASE_CHANGED, standard.find("CASECHANGED"))
    cases.close([case.pk], now)
    case.delete()
    assert telling.of_records(now) == 1
    assert mails() == []
