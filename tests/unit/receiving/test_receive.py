"""Receiving from a real Dovecot: every mail exactly once, and the server is told only after the commit."""

from datetime import datetime

import pytest

from mailroom.flows.receiving import probe, receive
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db(transaction=True)
PROTOCOLS = pytest.mark.parametrize("protocol", ["IMAP", "POP3"])


def mail(number: int) -> bytes:
    return (
        f"From: Ola <ola@example.org>\r\nTo: post@mailroom.test\r\nSubject: Mail {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0100\r\n\r\nHello {number}\r\n"
    ).encode()


@PROTOCOLS
def test_new_mail_is_stored_once_with_its_exact_bytes(accounts: AccountFactory, now: datetime, protocol: str) -> None:
    account = accounts.make(incoming_mail_protocol=protocol)
    account.mailbox.folder("INBOX").deliver(*[mail(number) for number in range(5)])
    first = receive.receive_account(account.pk, now)
    again = receive.receive_account(account.pk, now)
    assert (first.error, first.found, first.stored, first.duplicate) == ("", 5, 5, 0)
    assert (again.error, again.stored) == ("", 0)
    emails = Email.objects.filter(account=account).order_by("id")
    assert [email.subject for email in emails] == [f"Mail {number}" for number in range(5)]
    assert store.read(bytes(emails[2].raw_sha256)) == mail(2)


@PROTOCOLS
def test_the_same_message_twice_in_a_mailbox_is_one_email(
    accounts: AccountFactory, now: datetime, protocol: str
) -> None:
    account = accounts.make(incoming_mail_protocol=protocol)
    account.mailbox.folder("INBOX").deliver(mail(1), mail(1))
    result = receive.receive_account(account.pk, now)
    assert (result.found, result.stored, result.duplicate) == (2, 1, 1)


def test_a_changed_uidvalidity_makes_no_duplicate_and_loses_nothing(account: EmailAccount, now: datetime) -> None:
    """T15: UIDVALIDITY changes and UIDs restart at 1."""
    inbox = account.mailbox.folder("INBOX")
    inbox.deliver(mail(1), mail(2))
    receive.receive_account(account.pk, now)
    inbox.bump_uidvalidity()
    inbox.deliver(mail(3))
    result = receive.receive_account(account.pk, now)
    assert (result.stored, result.duplicate) == (1, 2)
    assert Email.objects.filter(account=account).count() == 3


def test_what_other_programs_did_to_the_mailbox_does_not_matter(account: EmailAccount, now: datetime) -> None:
    """T03: half of the mailbox is seen by another program: everything still there arrives."""
    inbox = account.mailbox.folder("INBOX")
    inbox.deliver(*[mail(number) for number in range(4)])
    inbox.set_flags(inbox.uids()[:2], "\\Seen")
    assert receive.receive_account(account.pk, now).stored == 4


@PROTOCOLS
def test_stored_mail_is_removed_from_the_server_when_the_account_says_so(
    accounts: AccountFactory, now: datetime, protocol: str
) -> None:
    account = accounts.make(incoming_mail_protocol=protocol)
    ReceivingOptions.objects.create(account=account, remove_messages_from_server=True)
    account.mailbox.folder("INBOX").deliver(mail(1), mail(2))
    assert receive.receive_account(account.pk, now).stored == 2
    assert account.mailbox.folder("INBOX").messages() == []


def test_mail_is_marked_as_read_or_moved_after_it_is_stored(accounts: AccountFactory, now: datetime) -> None:
    marking, moving = accounts.make(), accounts.make()
    ReceivingOptions.objects.create(account=marking, after_receiving="mark_read")
    ReceivingOptions.objects.create(account=moving, after_receiving="move", move_to_folder="Arkiv å")
    moving.mailbox.create_folder("Arkiv å")
    for account in (marking, moving):
        account.mailbox.folder("INBOX").deliver(mail(1))
        assert receive.receive_account(account.pk, now).error == ""
    assert "\\Seen" in {str(flag) for flag in marking.mailbox.folder("INBOX").messages()[0].flags}
    assert moving.mailbox.folder("INBOX").messages() == []
    assert len(moving.mailbox.folder("Arkiv å").messages()) == 1


def test_a_missing_target_folder_is_an_error_and_no_duplicate(account: EmailAccount, now: datetime) -> None:
    """T01: a missing target folder is told, the mail is here once."""
    ReceivingOptions.objects.create(account=account, after_receiving="move", move_to_folder="Nowhere")
    account.mailbox.folder("INBOX").deliver(mail(1))
    assert receive.receive_account(account.pk, now).error
    assert receive.receive_account(account.pk, now).stored == 0
    assert Email.objects.filter(account=account).count() == 1


def test_attachments_that_are_not_allowed_are_quarantined(account: EmailAccount, now: datetime) -> None:
    ReceivingOptions.objects.create(account=account, allowed_attachment_types=".PDF, txt")
    body = (
        b"From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nHi\r\n"
        b"--b\r\nContent-Type: application/pdf; name=ok.Pdf\r\n\r\nx\r\n"
        b"--b\r\nContent-Type: application/x-msdownload; name=evil.exe\r\n\r\ny\r\n--b--\r\n"
    )
    account.mailbox.folder("INBOX").deliver(body)
    receive.receive_account(account.pk, now)
    states = dict(Email.objects.get(account=account).attachments.values_list("name", "state"))
    assert states == {"ok.Pdf": "delivered", "evil.exe": "quarantined"}


def test_oversized_mail_is_kept_as_its_header_with_a_note(account: EmailAccount, now: datetime) -> None:
    """T40: too big is never cut in silence."""
    ReceivingOptions.objects.create(account=account, largest_email_bytes=1000)
    account.mailbox.folder("INBOX").deliver(mail(1) + b"x" * 5000)
    receive.receive_account(account.pk, now)
    email = Email.objects.get(account=account)
    assert email.subject == "Mail 1"
    assert "bytes" in email.content.facts["note"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"password": "wrong"}, "sign-in"),
        ({"incoming_server_port": 1}, "listens"),
        ({"incoming_mail_server": "no.such.host.invalid"}, "name"),
    ],
)
def test_each_trouble_is_told_apart_with_what_to_do(
    accounts: AccountFactory, now: datetime, changes: dict[str, object], word: str
) -> None:
    account = accounts.make(**changes)
    result = receive.receive_account(account.pk, now)
    assert word in result.error
    account.receiving.refresh_from_db()
    assert account.receiving.last_error == result.error


def test_the_test_reports_every_step(accounts: AccountFactory) -> None:
    good = list(probe.steps(accounts.make()))
    assert [step.passed for step in good] == [True] * 5
    wrong = list(probe.steps(accounts.make(password="wrong")))
    assert [step.passed for step in wrong] == [True, True, True, False]
    assert "Password" in wrong[-1].advice


def test_tls_is_verified(accounts: AccountFactory, now: datetime) -> None:
    ports = accounts.dovecot.ports
    secure = {"incoming_server_encrypted_connection": "ssl", "incoming_server_port": ports["imaps"]}
    authority = accounts.dovecot.ca_file.read_text()
    assert "signed" in receive.receive_account(accounts.make(**secure).pk, now).error
    assert receive.receive_account(accounts.make(**secure, certificate_authority=authority).pk, now).error == ""
    expired = accounts.make(**secure, certificate_authority=authority, incoming_mail_server="127.0.0.2")
    assert "expired" in receive.receive_account(expired.pk, now).error
    elsewhere = accounts.make(**secure, certificate_authority=authority, incoming_mail_server="127.0.0.3")
    assert "another name" in receive.receive_account(elsewhere.pk, now).error
