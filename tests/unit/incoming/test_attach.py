"""Step 7: the mail becomes an activity of the record that has its sender's address."""

from datetime import datetime, timedelta

import pytest

from mailroom.records.activities import linking
from mailroom.records.crm.models import BusinessAccount, Contact, Lead, Task
from mailroom.records.email_accounts.models import EmailAccount
from tests.factories import incoming, relations

STEP = "attach"


@pytest.fixture
def sales(db: None) -> EmailAccount:
    return incoming.system_account(attach_to_business_account_or_contact_or_lead=True)


@pytest.mark.parametrize("kind", ["contact", "lead", "customer"])
def test_it_is_attached_by_the_exact_address(sales: EmailAccount, now: datetime, kind: str) -> None:
    made = {
        "contact": lambda: Contact.objects.create(name="Ola", email="OLA@example.org"),
        "lead": lambda: Lead.objects.create(name="Ola", email="ola@example.org", created_at=now),
        "customer": lambda: BusinessAccount.objects.create(account_id="1", name="Ola", email="ola@Example.org"),
    }[kind]()
    Contact.objects.create(name="Another Ola", email="xola@example.org")
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.related_entity_type, email.related_entity_id) == (kind, made.pk)


def test_among_several_the_one_that_was_active_last_gets_it(sales: EmailAccount, now: datetime) -> None:
    first, second, third = (Contact.objects.create(name=f"Ola {n}", email="ola@example.org") for n in range(3))
    linking.link([relations.mail(now, minutes=90).pk, relations.mail(now, minutes=80).pk], third, now, None)
    linking.link([relations.mail(now, minutes=60).pk], second, now, None)
    Task.objects.create(
        subject="Call", related_entity_type="contact", related_entity_id=first.pk, created_at=now - timedelta(days=1)
    )
    [email] = incoming.process(sales, now, incoming.letter())
    assert email.related_entity_id == second.pk
    assert "was active last" in incoming.reason(email, STEP)


def test_of_several_that_never_were_active_a_contact_goes_first(sales: EmailAccount, now: datetime) -> None:
    Lead.objects.create(name="Ola", email="ola@example.org", created_at=now)
    contact = Contact.objects.create(name="Ola", email="ola@example.org")
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.related_entity_type, email.related_entity_id) == ("contact", contact.pk)


def test_who_is_unknown_and_who_is_inactive_get_nothing(sales: EmailAccount, now: datetime) -> None:
    Contact.objects.create(name="Ola", email="ola@example.org", active=False)
    [email] = incoming.process(sales, now, incoming.letter())
    assert incoming.reason(email, STEP) == "skipped: Nobody here has the address ola@example.org."


def test_what_belongs_to_something_stays_there(sales: EmailAccount, now: datetime) -> None:
    contact = Contact.objects.create(name="Ola", email="ola@example.org")
    lead = Lead.objects.create(name="Eirik", email="eirik@gard.test", created_at=now)
    [email] = incoming.receive(sales, now, incoming.letter())
    linking.link([email.pk], lead, now, None)
    incoming.pipeline.process_account(sales.pk, now)
    email.refresh_from_db()
    assert (email.related_entity_type, contact.pk) != ("contact", email.related_entity_id)


def test_it_is_not_attached_where_the_option_is_off(db: None, now: datetime) -> None:
    Contact.objects.create(name="Ola", email="ola@example.org")
    [email] = incoming.process(incoming.system_account(), now, incoming.letter())
    assert not email.related_entity_type
