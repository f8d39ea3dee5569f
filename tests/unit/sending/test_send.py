"""Sending to a real SMTP server: each recipient once, every outcome known."""

from datetime import datetime, timedelta

import pytest

from mailroom.flows.sending import claims, journal, outbox, probe, send, turns
from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime import parse
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import answering, compose, ledger, status
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Lane, Status
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def queued(account: EmailAccount, now: datetime, *to: str, **fields: object) -> Email:
    """A mail in the queue."""
    to = to or ("ola@example.org",)
    draft = DraftFields(account=account, to=[Address("", item) for item in to], subject="Hei", text="Hello", **fields)  # type: ignore[arg-type]
    return outbox.create(NewEmail(draft, send=True), now, None)


def test_a_queued_mail_goes_out_with_the_bytes_that_were_fixed(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    email = queued(account, now, account.email_address)
    fixed = store.read(bytes(email.raw_sha256))
    result = send.send_account(account.pk, now, read_clock=lambda: now)
    assert (result.sent, result.failed, result.error) == (1, 0, "")
    email.refresh_from_db()
    assert email.status == Status.PROCESSED
    assert [row.outcome for row in email.recipients.all()] == ["accepted"]
    (arrived,) = account.mailbox.folder("INBOX").wait_for(1)
    assert fixed.split(b"\r\n\r\n", 1)[1].strip() in arrived.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert parse.parse(arrived.raw).message_id == email.message_id


def test_each_address_once_and_bcc_in_no_header(account: EmailAccount, smtp_server: SmtpServer, now: datetime) -> None:
    """T13: 3 To, 50 Cc, 10 Bcc."""
    mark = account.email_account_id.lower()
    to = [f"t{number}@{mark}.example.org" for number in range(3)]
    cc = [f"c{number}@{mark}.example.org" for number in range(50)]
    bcc = [f"b{number}@{mark}.example.org" for number in range(10)]
    queued(
        account, now, *to, to[0].upper(), cc=[Address("", item) for item in cc], bcc=[Address("", item) for item in bcc]
    )
    send.send_account(account.pk, now, read_clock=lambda: now)
    (sent,) = smtp_server.sent_by(account.email_address)
    assert sorted(sent.recipients) == sorted(to + cc + bcc)
    assert not any(address.encode() in sent.raw for address in bcc)
    assert b"bcc" not in sent.raw.lower()


def test_a_refused_recipient_among_accepted_ones_is_shown_and_never_tried_again(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """T27."""
    bad = f"bad-{account.pk}@example.org"
    smtp_server.refuse(bad)
    email = queued(account, now, "good@example.org", bad)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 1
    email.refresh_from_db()
    outcomes = {row.address: (row.outcome, row.reply[:3]) for row in email.recipients.all()}
    assert outcomes == {"good@example.org": ("accepted", "250"), bad: ("refused", "550")}
    assert email.status == Status.PROCESSED
    assert "refused" in ledger.delivery(email).sentence
    assert email.error.startswith(f"{bad}: 550")  # lists show it below the row


def test_send_to_the_rest_reaches_those_who_were_refused_and_nobody_else(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """T27: the accepted never again; the bytes are the same."""
    bad = f"full-{account.pk}@example.org"
    smtp_server.refuse(bad, "552 5.2.2 Mailbox full")
    email = queued(account, now, "good@example.org", bad)
    with pytest.raises(status.Refused):
        outbox.send_to_rest(email.pk, now)
    send.send_account(account.pk, now, read_clock=lambda: now)
    smtp_server.refused.clear()
    outbox.send_to_rest(email.pk, now)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 1
    first, second = smtp_server.sent_by(account.email_address)
    assert (first.recipients, second.recipients) == (("good@example.org",), (bad,))
    assert first.raw == second.raw
    with pytest.raises(status.Refused, match="was refused"):
        outbox.send_to_rest(email.pk, now)


def test_a_temporary_refusal_is_tried_again_as_often_as_preferences_say(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    preferences = current.read()
    preferences.automatic_resend_attempts = 1
    preferences.save()
    busy = f"busy-{account.pk}@example.org"
    smtp_server.refuse(busy, "451 4.7.1 Try again later")
    email = queued(account, now, busy)
    assert send.send_account(account.pk, now, read_clock=lambda: now).deferred == 1
    email.refresh_from_db()
    assert (email.status, email.attempts) == (Status.PENDING, 1)
    assert email.next_attempt_at > now
    later = now + timedelta(hours=5)
    assert send.send_account(account.pk, later, read_clock=lambda: later).failed == 1
    email.refresh_from_db()
    assert (email.status, "451" in email.error) == (Status.FAILED, True)


def test_a_permanent_refusal_fails_at_once(account: EmailAccount, smtp_server: SmtpServer, now: datetime) -> None:
    nobody = f"nobody-{account.pk}@example.org"
    smtp_server.refuse(nobody)
    email = queued(account, now, nobody)
    assert send.send_account(account.pk, now, read_clock=lambda: now).failed == 1
    email.refresh_from_db()
    assert email.status == Status.FAILED
    assert "550" in email.error


def test_an_account_that_is_down_uses_up_no_attempts(accounts: AccountFactory, now: datetime) -> None:
    account = accounts.make(outgoing_server_port=1)
    emails = [queued(account, now) for _ in range(3)]
    result = send.send_account(account.pk, now, read_clock=lambda: now)
    assert "listens" in result.error
    for email in emails:
        email.refresh_from_db()
        assert (email.status, email.attempts) == (Status.PENDING, 0)
    assert send.send_account(account.pk, now, read_clock=lambda: now).error == result.error
    assert account.pk not in turns.due_accounts(now)
    by_hand = send.send_account(account.pk, now, manual=True, read_clock=lambda: now)
    assert by_hand.failed == 3


def test_send_every_is_the_least_time_between_two_runs_but_not_for_what_people_write(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    queued(account, now)
    send.send_account(account.pk, now, read_clock=lambda: now)
    SendingOptions.objects.filter(account=account).update(send_every_seconds=60)
    notice = queued(account, now)
    Email.objects.filter(pk=notice.pk).update(lane=Lane.NOTICE)
    soon, later = now + timedelta(seconds=59), now + timedelta(seconds=60)
    assert account.pk not in turns.due_accounts(soon)
    assert account.pk in turns.due_accounts(later)
    queued(account, now)
    assert account.pk in turns.due_accounts(soon)


def test_suspended_no_path_opens_a_connection(account: EmailAccount, smtp_server: SmtpServer, now: datetime) -> None:
    """T14 (send half): only security mail goes out."""
    preferences = current.read()
    preferences.suspend_email_processing = True
    preferences.save()
    queued(account, now)
    before = smtp_server.sessions
    for manual in (False, True):
        assert "suspended" in send.send_account(account.pk, now, manual=manual, read_clock=lambda: now).error
    assert smtp_server.sessions == before
    Email.objects.filter(account=account).update(lane=0)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 1


def test_undo_and_send_later_delay_the_first_attempt(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    draft = compose.create(DraftFields(account=account, to=[Address("", "x@example.org")], subject="Hei"), now, None)
    outbox.enqueue(draft.pk, now, undo_seconds=10)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 0
    draft.refresh_from_db()
    status.cancel(draft, now, None)
    assert draft.status == Status.CANCELED
    outbox.enqueue(draft.pk, now, send_at=now + timedelta(hours=1))
    late = now + timedelta(hours=1, seconds=1)
    assert send.send_account(account.pk, now + timedelta(minutes=59), read_clock=lambda: now).sent == 0
    assert send.send_account(account.pk, late, read_clock=lambda: late).sent == 1


def test_a_mail_without_recipient_or_with_a_bad_address_is_not_queued(account: EmailAccount, now: datetime) -> None:
    empty = compose.create(DraftFields(account=account), now, None)
    with pytest.raises(outbox.NoRecipient):
        outbox.enqueue(empty.pk, now)
    wrong = compose.create(DraftFields(account=account, to=[Address("", "ola@")]), now, None)
    with pytest.raises(outbox.BadAddress, match="ola@"):
        outbox.enqueue(wrong.pk, now)
    assert set(Email.objects.values_list("status", flat=True)) == {Status.DRAFT}


def test_an_empty_subject_says_so(account: EmailAccount, now: datetime) -> None:
    email = compose.create(DraftFields(account=account, to=[Address("", "x@example.org")]), now, None)
    assert outbox.enqueue(email.pk, now).subject == "(No subject)"


def test_the_same_idempotency_key_makes_one_email(account: EmailAccount, now: datetime) -> None:
    draft = DraftFields(account=account, to=[Address("", "x@example.org")])
    first = outbox.create(NewEmail(draft, send=True, idempotency_key="order-1"), now, None)
    assert outbox.create(NewEmail(draft, send=True, idempotency_key="order-1"), now, None).pk == first.pk


def test_a_dead_workers_mail_comes_back_and_only_the_one_in_flight_is_in_doubt(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """T12, T51: the lease returns; what the server may have is never sent again in silence."""
    waiting, in_flight = queued(account, now), queued(account, now, "y@example.org")
    journal.open_slots(account.pk, "dead", 1, 1, now)
    claims.claim(account, "dead", now, 10)
    journal.mark("dead", [(in_flight.pk, "")], now)
    later = now + claims.LEASE + timedelta(seconds=1)
    assert account.pk in turns.due_accounts(later)
    result = send.send_account(account.pk, later, read_clock=lambda: later)
    assert (result.sent, result.in_doubt) == (1, 1)
    waiting.refresh_from_db()
    in_flight.refresh_from_db()
    assert waiting.status == Status.PROCESSED
    assert in_flight.status == Status.FAILED
    assert "unknown" in in_flight.error


def test_an_account_may_have_doubtful_mail_sent_again(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    SendingOptions.objects.create(account=account, resend_when_in_doubt=True)
    email = queued(account, now)
    journal.open_slots(account.pk, "dead", 1, 1, now)
    journal.mark("dead", [(claims.claim(account, "dead", now, 10)[0].email_id, "")], now)
    later = now + claims.LEASE + timedelta(seconds=1)
    assert send.send_account(account.pk, later, read_clock=lambda: later).sent == 1
    email.refresh_from_db()
    assert email.status == Status.PROCESSED


def test_a_reply_goes_to_the_sender_in_the_thread_with_the_original_quoted(
    account: EmailAccount, agent: User, now: datetime
) -> None:
    """T17: every reply carries In-Reply-To and References."""
    from mailroom.flows.receiving import receive

    account.mailbox.folder("INBOX").deliver(
        f"From: Ola <ola@example.org>\r\nTo: {account.email_address}, Per <per@example.org>\r\nSubject: SV: Pris\r\n"
        "Message-ID: <q@example.org>\r\nReferences: <root@example.org>\r\n\r\nHva koster det?\r\n".encode()
    )
    receive.receive_account(account.pk, now)
    question = Email.objects.get(message_id="q@example.org")
    answer = answering.reply(question, agent, now, to_all=True)
    assert answer.subject == "Re: Pris"
    assert [row.address for row in answer.recipients.all()] == ["ola@example.org", "per@example.org"]
    outbox.enqueue(answer.pk, now, agent)
    answer.refresh_from_db()
    sent = parse.parse(store.read(bytes(answer.raw_sha256)))
    assert sent.in_reply_to == ("q@example.org",)
    assert sent.references == ("root@example.org", "q@example.org")
    assert "Hva koster det?" in sent.text
    assert answer.thread_id == question.thread_id


def test_the_test_reports_every_step(accounts: AccountFactory) -> None:
    assert [step.passed for step in probe.steps(accounts.make())] == [True] * 4
    signing_in = accounts.make(
        my_outgoing_server_requires_authentication=True, outgoing_server_encrypted_connection="starttls"
    )
    steps = list(probe.steps(signing_in))
    assert (steps[-1].passed, "signed" in steps[-1].advice) == (False, True)
