"""What an email is besides its text stands above it: mail that came back, an invitation, signed or encrypted."""

from datetime import datetime

import pytest

from mailroom.flows.receiving import receive
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User
from tests.factories import emails, pages
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db(transaction=True)
REPORT = (
    b"From: MAILER-DAEMON@mx.example.net\r\nTo: sales@mailroom.test\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\n\r\nIt could not be delivered.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
    b"Final-Recipient: rfc822; kari@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"Diagnostic-Code: smtp; 550 5.1.1 No such user here\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <offer@mailroom.test>\r\nSubject: Our offer\r\n\r\nHi\r\n"
    b"--b--\r\n"
)
INVITATION = (
    b"From: per@example.net\r\nSubject: Meeting\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/calendar; method=REQUEST\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.net\r\n"
    b"SUMMARY:Crates for spring\r\n"
    b"DTSTART:20270114T090000Z\r\nDTEND:20270114T100000Z\r\nORGANIZER:mailto:per@example.net\r\n"
    b"ATTENDEE:mailto:anna@mailroom.test\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
SIGNED = (
    b"From: per@example.net\r\nSubject: Signed\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="b"\r\n\r\n'
    b"--b\r\n\r\nYours\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nMIAG\r\n--b--\r\n"
)
ENCRYPTED = (
    b"From: per@example.net\r\nSubject: Secret\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    b"--b\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n"
)


@pytest.fixture
def account(accounts: AccountFactory) -> EmailAccount:
    """An account on real servers."""
    return accounts.make()


def shown(account: EmailAccount, raw: bytes, now: datetime, user: User) -> str:
    """The page of a mail that was received."""
    account.mailbox.folder("INBOX").deliver(raw)  # type: ignore[attr-defined]  # the test's own side
    assert receive.receive_account(account.pk, now).error == ""
    email = Email.objects.filter(account=account, direction="incoming").latest("pk")
    return pages.read(pages.signed_in(user), f"/cr306015/{email.pk}/")


def test_a_report_says_for_whom_and_why_and_leads_to_the_mail(
    account: EmailAccount, now: datetime, agent: User
) -> None:
    sent = emails.make("Our offer", direction="outgoing", box="sent", message_id="offer@mailroom.test", account=account)
    page = shown(account, REPORT, now, agent)
    assert "data-returned" in page
    for words in ("kari@example.net", "550 5.1.1 No such user here", f'href="/cr306015/{sent.pk}/"'):
        assert words in page


def test_an_invitation_says_what_and_when_in_the_zone_of_its_reader(
    account: EmailAccount, now: datetime, agent: User
) -> None:
    agent.time_zone = "Europe/Oslo"
    agent.save()
    page = shown(account, INVITATION, now, agent)
    for words in ("Invitation", "Crates for spring", "Thu 14 Jan 2027 10:00", "per@example.net"):
        assert words in page


def test_signed_and_encrypted_mail_says_so(account: EmailAccount, now: datetime, agent: User) -> None:
    page = shown(account, SIGNED, now, agent)
    assert "Signed (S/MIME)" in page
    assert f"Received by {account}" in page
    assert "This email is encrypted (OpenPGP)" in shown(account, ENCRYPTED, now, agent)
