"""Bounces: the mail that came back, its address, its owner (BEHAVIOUR 5; T08, T30)."""

from datetime import datetime, timedelta

import pytest

from mailroom.flows.incoming.steps import record_bounce
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import bounced, checks
from mailroom.records.emails.models import BouncedAddress, Email
from mailroom.records.organisation.models import Employee, User
from tests.factories import incoming
from tests.unit.incoming import post

pytestmark = pytest.mark.django_db
ADDRESS = "ingrid@fjellbekk.example.net"


def report(of: str = "", address: str = ADDRESS, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report (RFC 3464); `of` is the Message-ID of the mail that came back."""
    returned = f"--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{of}>\r\n\r\n" if of else ""
    return incoming.letter(
        sender="Mail Delivery System <MAILER-DAEMON@mx.example.net>",
        subject="Undelivered Mail Returned to Sender",
        mime_version="1.0",
        content_type='multipart/report; report-type="delivery-status"; boundary="r"',
        body="--r\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n\r\n"
        "--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} No such user here\r\n\r\n{returned}--r--",
    )


@pytest.fixture
def sales() -> EmailAccount:
    """An account with every automatic answer on."""
    return incoming.system_account(confirm_receipt=True, reply_to_unassigned_emails=True)


@pytest.fixture
def offer(sales: EmailAccount, agent: User, now: datetime) -> Email:
    """A mail of Kari's that the customer's server took."""
    email = incoming.sent(sales, now - timedelta(hours=1), ADDRESS, agent)
    email.recipients.update(outcome="accepted")
    Email.objects.filter(pk=email.pk).update(status="processed")
    return email


def test_a_report_marks_the_mail_the_address_and_tells_the_owner(
    sales: EmailAccount, offer: Email, agent: User, now: datetime
) -> None:
    came = post.come(sales, report(offer.message_id), now)
    offer.refresh_from_db()
    recipient = offer.recipients.get(kind="to")
    assert recipient.outcome == "bounced"
    assert "there is no such mailbox: 550 5.1.1 No such user here" in recipient.reply
    assert offer.status == "processed"
    assert offer.error.startswith(f"Bounced: {ADDRESS}")
    marked = BouncedAddress.objects.get()
    assert (marked.key, marked.kind, marked.report_id) == (ADDRESS, "hard", came.pk)
    kari = Employee.objects.get(user=agent)
    assert (came.owner, came.thread_id) == (kari, offer.thread_id)
    (notice,) = [one for one in post.sent() if one.pk != offer.pk]
    assert notice.recipients.get().address == "kari@mailroom.test"
    assert "No such user here" in notice.content.text
    assert "Kari Nordmann is told" in post.why(came, "record_bounce")[1]


def test_the_same_report_twice_tells_once(sales: EmailAccount, offer: Email, now: datetime) -> None:
    post.come(sales, report(offer.message_id), now)
    post.come(sales, report(offer.message_id), now)
    assert len(post.sent()) == 2
    assert BouncedAddress.objects.get().count == 2


def test_without_a_message_id_address_and_time_tell_the_mail(sales: EmailAccount, offer: Email, now: datetime) -> None:
    early = post.come(sales, report(address="Ingrid@fjellbekk.example.net"), now + timedelta(days=8))
    assert "no mail that was sent from here" in post.why(early, "record_bounce")[1]
    post.come(sales, report(address="Ingrid@fjellbekk.example.net", status="5.2.1"), now)
    assert offer.recipients.get(kind="to").outcome == "bounced"


def test_a_forged_report_marks_nothing(sales: EmailAccount, offer: Email, now: datetime) -> None:
    """T30: neither an unknown Message-ID nor an address that nobody wrote to."""
    for forged in (report("unknown@elsewhere.example.org"), report(address="other@fjellbekk.example.net")):
        came = post.come(sales, forged, now)
        assert post.why(came, "record_bounce")[0] == "skipped"
    assert BouncedAddress.objects.count() == 0


def test_a_delay_is_no_bounce(sales: EmailAccount, offer: Email, now: datetime) -> None:
    came = post.come(sales, report(offer.message_id, status="4.4.1", action="delayed"), now)
    assert "still tries" in post.why(came, "record_bounce")[1]
    assert offer.recipients.get(kind="to").outcome == "accepted"


def test_a_soft_bounce_does_not_soften_a_hard_one_and_a_letter_from_there_ends_both(
    sales: EmailAccount, offer: Email, agent: User, now: datetime
) -> None:
    post.come(sales, report(offer.message_id), now)
    other = incoming.sent(sales, now, ADDRESS, agent)
    post.come(sales, report(other.message_id, status="4.2.2"), now)
    assert set(bounced.for_good([ADDRESS.upper(), "ola@example.org"])) == {ADDRESS}
    keys = [finding.key for finding in checks.of_draft(incoming.sent(sales, now, ADDRESS, agent))]
    assert "bounced" in keys
    came = post.come(sales, post.letter(), now)
    assert "that is over" in post.why(came, "record_bounce")[1]
    assert bounced.for_good([ADDRESS]) == {}


def test_no_report_is_answered_and_what_bounces_is_not_answered_either(
    sales: EmailAccount, offer: Email, now: datetime
) -> None:
    """T08: the bounce of an automatic reply, and an invalid customer address."""
    mail = post.come(sales, post.letter("Hello"), now)
    replies = [one for one in post.sent() if one.automatic == "auto-replied"]
    assert len(replies) == 2
    for reply in replies:
        reply.recipients.update(outcome="accepted")
        post.come(sales, report(reply.message_id), now)
    assert len([one for one in post.sent() if one.pk > replies[-1].pk]) == 0
    again = post.come(
        sales, post.letter("Again", reply_to="ingrid@fjellbekk.example.net", sender="a@b.example.org"), now
    )
    assert "comes back" in post.why(again, "confirm_receipt")[1]
    assert post.why(mail, "route")[0] == "skipped"


def test_a_broken_row_of_a_report_harms_nothing(sales: EmailAccount, now: datetime) -> None:
    assert record_bounce._row({"recipient": "a@b.example", "unknown": 1})[0].recipient == "a@b.example"
