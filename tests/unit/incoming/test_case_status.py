"""Step 4: what mail does to the case it belongs to."""

from datetime import datetime, timedelta

import pytest

from mailroom.records.activities import linking
from mailroom.records.crm.models import Case, CaseClass, Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User
from tests.factories import incoming

STEP = "case_status"


@pytest.fixture
def support(db: None) -> EmailAccount:
    return incoming.system_account("SUPPORT")


@pytest.fixture
def case(db: None, agent: User, now: datetime) -> Case:
    of_class = CaseClass.objects.create(class_id="INVOICE", reopen_within_days=7)
    contact = Contact.objects.create(name="Ola", email="ola@example.org")
    return Case.objects.create(
        case_id="C-000124",
        subject="Crates",
        status="pending_customer",
        contact=contact,
        case_class=of_class,
        owner=agent.employee,
        created_at=now,
    )


def write(support: EmailAccount, case: Case, now: datetime, **fields: str) -> Email:
    """A mail to the case; the case as it is then."""
    [email] = incoming.process(support, now, incoming.letter(subject=f"About {case.case_id}", **fields))
    case.refresh_from_db()
    return email


def closed(case: Case, at: datetime) -> None:
    case.status, case.reason, case.closed_at = "closed", "resolved", at
    case.save()


@pytest.mark.parametrize(("before", "after"), [("open", "open"), ("pending_customer", "open"), ("new", "new")])
def test_mail_of_the_customer_sets_it_open(
    support: EmailAccount, case: Case, now: datetime, before: str, after: str
) -> None:
    Case.objects.filter(pk=case.pk).update(status=before)
    write(support, case, now)
    assert case.status == after
    assert (case.reason == "updated") is (before != "new")


def test_mail_of_the_owner_changes_nothing_and_that_of_a_colleague_does(
    support: EmailAccount, case: Case, now: datetime
) -> None:
    Employee.objects.create(employee_id="E7", name="Nina", email="nina@mailroom.test")
    email = write(support, case, now, sender="kari@mailroom.test")
    assert incoming.reason(email, STEP) == "skipped: The owner of the case wrote it."
    assert case.status == "pending_customer"
    write(support, case, now, sender="nina@mailroom.test")
    assert case.status == "open"


@pytest.mark.parametrize("days", [0, 7])
def test_a_closed_case_is_opened_again_in_time(support: EmailAccount, case: Case, now: datetime, days: int) -> None:
    closed(case, now - timedelta(days=days))
    email = write(support, case, now)
    assert (case.status, case.reason, case.closed_at) == ("open", "updated", None)
    assert email.related_entity_id == case.pk


def test_later_a_new_case_follows_it(support: EmailAccount, case: Case, now: datetime) -> None:
    closed(case, now - timedelta(days=7, seconds=1))
    email = write(support, case, now)
    fresh = Case.objects.get(follows=case)
    assert case.status == "closed"
    assert (fresh.case_class, fresh.contact, fresh.owner) == (case.case_class, case.contact, case.owner)
    assert (email.related_entity_id, email.owner) == (fresh.pk, case.owner)
    again = write(support, case, now)
    assert again.related_entity_id == fresh.pk
    assert Case.objects.filter(follows=case).count() == 1


def test_a_follower_is_made_once_in_two_accounts(support: EmailAccount, case: Case, now: datetime) -> None:
    closed(case, now - timedelta(days=30))
    raw = incoming.letter(subject=f"About {case.case_id}", message_id="same@example.org")
    incoming.process(support, now, raw)
    incoming.process(incoming.system_account("SALES", create_new_case=True), now, raw)
    assert Case.objects.count() == 2


def test_automatic_mail_opens_no_closed_case(support: EmailAccount, case: Case, now: datetime) -> None:
    closed(case, now)
    write(support, case, now, auto_submitted="auto-replied")
    assert case.status == "closed"


def test_a_case_that_is_gone_stops_nothing(support: EmailAccount, case: Case, now: datetime) -> None:
    [email] = incoming.receive(support, now, incoming.letter())
    linking.link([email.pk], case, now, None)
    case.delete()
    assert incoming.pipeline.process_account(support.pk, now).processed == 1
