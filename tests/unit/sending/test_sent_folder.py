"""The copy in the server's Sent folder: made alone, made once."""

from datetime import datetime, timedelta

import pytest

from mailroom.flows.sending import outbox, send, sent_folder
from mailroom.flows.sending.models import SendingOptions, SentCopy
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def sent(account: EmailAccount, now: datetime) -> Email:
    SendingOptions.objects.update_or_create(account=account, defaults={"copy_to_sent_folder": True})
    draft = DraftFields(account=account, to=[Address("", "ola@example.org")], subject="Hei")
    email = outbox.create(NewEmail(draft, send=True), now, None)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 1
    return email


def test_a_sent_mail_is_copied_once_however_often_it_is_tried(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """T28, T32: the copy's answer may be lost and the copy tried again: the folder has the mail once."""
    email = sent(account, now)
    assert sent_folder.due_accounts(now) == [account.pk]
    assert sent_folder.copy(account.pk, now) == 1
    for _again in range(3):
        SentCopy.objects.create(email=email, account=account, next_attempt_at=now)
        assert sent_folder.copy(account.pk, now) == 1
    (copy,) = account.mailbox.folder("Sent").wait_for(1)
    assert email.message_id.encode() in copy.raw
    assert sent_folder.due_accounts(now) == []


def test_a_copy_that_fails_leaves_the_mail_sent_and_is_tried_again_alone(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """T28."""
    port = account.incoming_server_port
    EmailAccount.objects.filter(pk=account.pk).update(incoming_server_port=1)
    email = sent(account, now)
    assert sent_folder.copy(account.pk, now) == 0
    email.refresh_from_db()
    assert email.status == Status.PROCESSED
    row = SentCopy.objects.get()
    assert (row.attempts, "listens" in row.error) == (1, True)
    assert row.next_attempt_at > now
    EmailAccount.objects.filter(pk=account.pk).update(incoming_server_port=port)
    assert sent_folder.copy(account.pk, now + timedelta(hours=1)) == 1
    assert len(smtp_server.sent_by(account.email_address)) == 1
