"""Mail that waits for more than its time: an answer that came first, and a queue that comes from a backup."""

from datetime import datetime, timedelta

import pytest

from mailroom.flows.receiving import receive
from mailroom.flows.sending import holding, outbox, send, turns
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def queued(account: EmailAccount, now: datetime, send_at: datetime | None = None, answered: bool = False) -> Email:
    draft = DraftFields(account=account, to=[Address("", "ola@example.org")], subject="Reminder")
    return outbox.create(NewEmail(draft, send=True, send_at=send_at, cancel_if_answered=answered), now, None)


def answer(account: EmailAccount, email: Email, now: datetime, header: str = "") -> None:
    account.mailbox.folder("INBOX").deliver(
        f"From: Ola <ola@example.org>\r\nTo: {account.email_address}\r\nSubject: Re: Reminder\r\n{header}"
        f"In-Reply-To: <{email.message_id}>\r\n\r\nDone.\r\n".encode()
    )
    receive.receive_account(account.pk, now)


@pytest.mark.parametrize(("header", "canceled"), [("", True), ("Auto-Submitted: auto-replied\r\n", False)])
def test_a_planned_mail_is_canceled_when_the_customer_answers_first(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime, header: str, canceled: bool
) -> None:
    asked = queued(account, now, now + timedelta(days=1), answered=True)
    stays = queued(account, now, now + timedelta(days=1))
    answer(account, asked, now + timedelta(hours=1), header)
    later = now + timedelta(days=2)
    assert send.send_account(account.pk, later, read_clock=lambda: later).sent == (1 if canceled else 2)
    asked.refresh_from_db()
    assert (asked.status == Status.CANCELED) == canceled
    stays.refresh_from_db()
    assert stays.status == Status.PROCESSED
    if canceled:
        assert "answered first" in asked.status_changes.last().reason


def test_nothing_of_a_restored_queue_goes_out_without_a_yes(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """T46: a week-old backup: past mail is held and says why; planned mail stays planned; a person's yes sends it."""
    past, planned = queued(account, now), queued(account, now, now + timedelta(days=30))
    restored = now + timedelta(days=7)
    assert holding.hold_stale(restored) == 1
    for hours in (0, 1, 100):
        moment = restored + timedelta(hours=hours)
        assert send.send_account(account.pk, moment, read_clock=lambda at=moment: at).sent == 0
        assert account.pk not in turns.due_accounts(moment)
    past.refresh_from_db()
    assert (past.status, "backup" in past.error) == (Status.PENDING, True)
    assert list(holding.held()) == [past]
    assert holding.send_after_all(None, restored).ids == [past.pk]
    assert send.send_account(account.pk, restored, read_clock=lambda: restored).sent == 1
    planned.refresh_from_db()
    assert planned.next_attempt_at == now + timedelta(days=30)
