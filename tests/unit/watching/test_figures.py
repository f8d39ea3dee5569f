"""The figures of /metrics: how long mail waits, and answers that left outside their thread."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.flows.receiving import receive
from mailroom.flows.sending import claims, journal, outbox, send, turns
from mailroom.flows.watching import looking, thread_check
from mailroom.flows.watching.models import Kind
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import answering, compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def figure(client: Client, name: str) -> list[float]:
    lines = client.get("/metrics").content.decode().splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)]


def test_the_self_check_counts_answers_whose_bytes_name_no_question(
    client: Client, account: EmailAccount, agent: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T17: an answer made by a reply is in its thread; one that lost the fields is counted, for a day."""
    monkeypatch.setattr(clock, "now", lambda: now)
    account.mailbox.folder("INBOX").deliver(
        b"From: Ola <ola@example.org>\r\nSubject: Pris\r\nMessage-ID: <q@example.org>\r\n\r\nHva koster det?\r\n"
    )
    receive.receive_account(account.pk, now)
    question = Email.objects.get(message_id="q@example.org")
    outbox.enqueue(answering.reply(question, agent, now).pk, now, agent)
    to = (Address("", "b@example.org"),)
    outbox.enqueue(compose.create(DraftFields(account, to=to, text="No answer"), now, agent).pk, now, agent)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 2
    assert figure(client, "mailroom_answers_outside_their_thread") == [0.0]
    lost = DraftFields(account, to=to, text="x", answers=question.pk, references=("q@example.org",))
    outbox.enqueue(compose.create(lost, now, agent).pk, now, agent)
    assert thread_check.outside_their_thread(now) == 0  # not sent yet
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 1
    assert figure(client, "mailroom_answers_outside_their_thread") == [1.0]
    assert thread_check.outside_their_thread(now + timedelta(days=1, minutes=1)) == 0


def test_the_age_of_the_oldest_pending_mail_is_a_figure_until_a_second_worker_sent_it(
    client: Client, account: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T41: what a stuck worker holds grows old in the figures; the worker that replaces it brings the age down."""
    to = (Address("", "b@example.org"),)
    email = outbox.enqueue(compose.create(DraftFields(account, to=to, text="x"), now, None).pk, now)
    journal.open_slots(account.pk, "stuck", 1, 1, now)
    assert [offer.email_id for offer in claims.claim(account, "stuck", now, 1)] == [email.pk]
    later = now + journal.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    age = (later - now).total_seconds()
    assert figure(client, "mailroom_oldest_pending_seconds") == [age]
    hour = now + timedelta(minutes=61)
    assert [found.kind for found in looking.oldest_pending(hour)] == [Kind.OLDEST_PENDING]
    assert account.pk in turns.due_accounts(later)
    assert send.send_account(account.pk, later, read_clock=lambda: later).sent == 1
    email.refresh_from_db()
    assert email.status == Status.PROCESSED
    assert figure(client, "mailroom_oldest_pending_seconds") == []
