"""Step 11: a sender whom nobody here knows becomes a lead, once."""

from datetime import datetime

import pytest

from mailroom.records.crm.models import BusinessAccount, Contact, Lead
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import User
from tests.factories import incoming

STEP = "create_lead"


@pytest.fixture
def sales(db: None) -> EmailAccount:
    return incoming.system_account(create_new_lead=True)


def test_the_lead_has_the_senders_name_address_and_words(sales: EmailAccount, now: datetime) -> None:
    [email] = incoming.process(sales, now, incoming.letter("Eirik Gard <eirik@gard.test>", body="Do you deliver?"))
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.status) == ("Eirik Gard", "eirik@gard.test", "new")
    assert lead.description.strip() == "Do you deliver?"
    assert (email.related_entity_type, email.related_entity_id) == ("lead", lead.pk)


def test_two_mails_of_one_batch_and_two_accounts_make_one_lead(sales: EmailAccount, now: datetime) -> None:
    incoming.process(sales, now, incoming.letter(), incoming.letter("OLA@EXAMPLE.org"))
    incoming.process(incoming.system_account("SUPPORT", create_new_lead=True), now, incoming.letter())
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("known", ["contact", "former contact", "lead", "business account", "employee", "ourselves"])
def test_who_is_known_becomes_no_lead(sales: EmailAccount, now: datetime, agent: User, known: str) -> None:
    sender = "Ola@Example.org"
    if "contact" in known:
        Contact.objects.create(name="Ola", email="ola@example.org", active=known == "contact")
    elif known == "lead":
        Lead.objects.create(name="Ola", email="ola@example.org", created_at=now)
    elif known == "business account":
        BusinessAccount.objects.create(account_id="1", name="Ola", email="ola@example.org")
    elif known == "employee":
        sender = "kari@mailroom.test"
    else:
        incoming.system_account("SUPPORT")
        sender = "support@mailroom.test"
    before = Lead.objects.count()
    incoming.process(sales, now, incoming.letter(sender))
    assert Lead.objects.count() == before


def test_automatic_mail_and_an_option_that_is_off_make_no_lead(sales: EmailAccount, now: datetime) -> None:
    incoming.process(sales, now, incoming.letter(auto_submitted="auto-replied"), incoming.letter(list_id="<a.b>"))
    incoming.process(incoming.system_account("SUPPORT"), now, incoming.letter())
    assert not Lead.objects.exists()


def test_a_mail_without_a_sender_makes_no_lead(sales: EmailAccount, now: datetime) -> None:
    [email] = incoming.process(sales, now, incoming.letter(sender=""))
    assert email.status == "processed"
    assert not Lead.objects.exists()
