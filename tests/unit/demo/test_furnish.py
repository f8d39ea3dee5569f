"""The demo company is told through the product: received by IMAP, sent by SMTP, once."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.demo import furnish
from mailroom.demo.company import cast, scripts
from mailroom.demo.mail_world.world import MailWorld, Pace
from mailroom.flows.incoming import maps
from mailroom.flows.mailings import responses
from mailroom.flows.mailings.models import MassEmail
from mailroom.flows.receiving import receive
from mailroom.flows.scheduling.models import Schedule
from mailroom.flows.sending import outbox, send
from mailroom.mime.message import Address
from mailroom.records.crm import portal
from mailroom.records.crm.models import Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Lane
from mailroom.records.filters import saved
from mailroom.records.organisation.models import User

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[MailWorld]:
    """The world after a first start."""
    world = MailWorld(tmp_path, cast.residents()).start()
    furnish.furnish(NOW, world)
    yield world
    world.stop()


def test_the_history_has_every_state_and_real_threads(furnished: MailWorld) -> None:
    told = [line for one in scripts.conversations(NOW) if not one.arrives_later for line in one.lines]
    assert Email.objects.exclude(lane=Lane.BULK).count() == len(told)
    states = set(Email.objects.values_list("direction", "status", "box"))
    assert {
        ("incoming", "processed", "incoming"),
        ("incoming", "processed", "archived"),
        ("outgoing", "processed", "sent"),
        ("outgoing", "failed", "sent"),
        ("outgoing", "pending", "sent"),
        ("outgoing", "draft", "sent"),
    } <= states
    assert Email.objects.filter(status="failed").count() == 1
    assert set(Email.objects.values_list("automatic", flat=True)) >= {"none", "bounce", "out-of-office", "list"}
    reminder = Email.objects.filter(subject__contains="faktura 104821")
    assert reminder.count() == 4
    assert reminder.values("thread").distinct().count() == 1
    assert {email.related_entity_type for email in reminder} == {"case"}


def test_the_customers_got_the_mass_email_of_the_campaign(furnished: MailWorld) -> None:
    [counts] = responses.counts(MassEmail.objects.values_list("pk", flat=True)).values()
    assert counts.recipients == counts.sent + counts.waiting > 10


def test_a_customer_finds_her_case_in_the_portal_and_new_mail_to_support_its_people(furnished: MailWorld) -> None:
    nora = Contact.objects.get(name="Nora Whitfield")
    page = Client()
    asked = portal.ask(nora.email, None, NOW)
    assert asked is not None
    page.post(f"/portal/link/{portal.answer(asked, clock.now())}/")
    assert "the boxes say “moss”" in page.get("/portal/cases/C-001287/").content.decode()
    support = EmailAccount.objects.get(email_account_id="SUPPORT")
    made = support.processing.email_assignment_map  # type: ignore[attr-defined]  # the reverse side of one to one
    tried = maps.try_on(made, User.objects.get(login="maja"), NOW)
    assert {one.given.rule.name for one in tried if one.given.rule} >= {"Invoices", "Key accounts", "Everything else"}


def test_a_second_start_changes_nothing_and_the_newest_mail_comes_by_the_first_receive(furnished: MailWorld) -> None:
    before = Email.objects.count()
    furnish.furnish(NOW, furnished)
    assert Email.objects.count() == before
    support = EmailAccount.objects.get(email_account_id="SUPPORT")
    result = receive.receive_account(support.pk, NOW)
    assert (result.stored, result.duplicate, result.error) == (2, 0, "")


def test_a_customer_answers_what_is_sent_to_him(furnished: MailWorld) -> None:
    furnished.pace = Pace(0.1, 0.1)
    support = EmailAccount.objects.get(email_account_id="SUPPORT")
    mads = "mads.bruun@havnegade.example.org"
    fields = DraftFields(support, to=[Address("", mads)], subject="Crates", text="Thursday.")
    now = clock.now()
    sent = outbox.create(outbox.NewEmail(fields, send=True), now, None)
    assert send.send_account(support.pk, now, manual=True, only=[sent.pk]).sent == 1
    answers = Email.objects.filter(direction="incoming", references__message_id=sent.message_id)
    over = time.monotonic() + 30
    while not answers.exists():
        assert time.monotonic() < over, "the customer does not answer"
        receive.receive_account(support.pk, clock.now())
    answer = answers.get()
    sent.refresh_from_db()
    assert (answer.from_address, answer.thread_id) == (mads, sent.thread_id)
    assert answer.subject.startswith("Re: Crates")


def test_shared_filters_find_what_they_are_called_after(furnished: MailWorld) -> None:
    client, maja = Client(), User.objects.get(login="maja")
    client.force_login(maja)
    found = {
        kept.name: client.get(f"/co409070/?tab=f{kept.pk}").content.decode()
        for kept in saved.visible_to(maja, "CO409070")
    }
    assert "faktura 104821" in found["Reminders"]
    assert "faktura 104902" in found["Failed this week"]


def test_schedules_have_a_history_and_a_next_run(furnished: MailWorld) -> None:
    for schedule in Schedule.objects.all():
        assert schedule.next_execution_at is not None
        assert schedule.next_execution_at > NOW
        assert schedule.runs.filter(processed__gt=0).exists()
    assert Schedule.objects.filter(runs__lines__0__subject="AUTOPAY").count() == 2
