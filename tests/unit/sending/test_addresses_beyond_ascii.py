"""Addresses beyond ASCII (RFC 6531, 6532): to servers that take them as they stand, to others not at all, in words."""

from datetime import datetime

import pytest

from mailroom.flows.sending import outbox, send
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime import parse
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from tests.factories.accounts import AccountFactory
from tests.servers.hostile.smtp import OFFERS, HostileSmtp
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)
JORGEN = "jørgen@bücher.example"
ON_THE_WIRE = "jørgen@xn--bcher-kva.example"


def queued(account: EmailAccount, now: datetime, *to: str) -> Email:
    draft = DraftFields(account=account, to=[Address("Jørgen", item) for item in to], subject="Blåbær", text="Hei")
    return outbox.create(NewEmail(draft, send=True), now, None)


def test_a_server_with_smtputf8_gets_the_address_as_it_is(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """The envelope and the header have the same local part; the domain goes in its ASCII form."""
    queued(account, now, JORGEN, "ola-utf8@example.org")
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 1
    arrived = smtp_server.sent_by(account.email_address)[0]
    assert arrived.recipients == (ON_THE_WIRE, "ola-utf8@example.org")
    assert "SMTPUTF8" in [option.upper() for option in arrived.options]
    assert [item.address for item in parse.parse(arrived.raw).to] == [ON_THE_WIRE, "ola-utf8@example.org"]


def test_a_domain_beyond_ascii_alone_needs_no_smtputf8(accounts: AccountFactory, now: datetime) -> None:
    """RFC 5891: its ASCII form is an address that every server takes."""
    with HostileSmtp(offers=tuple(item for item in OFFERS if item != b"SMTPUTF8")) as server:
        account = accounts.make(outgoing_mail_server=server.host, outgoing_server_port=server.port)
        queued(account, now, "ola@bücher.example")
        assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 1
        assert server.taken[0][0] == ("ola@xn--bcher-kva.example",)


def test_a_server_without_smtputf8_is_not_tried_and_the_mail_says_why(accounts: AccountFactory, now: datetime) -> None:
    """The header of such a mail cannot be carried by that server to anybody."""
    with HostileSmtp(offers=tuple(item for item in OFFERS if item != b"SMTPUTF8")) as server:
        account = accounts.make(outgoing_mail_server=server.host, outgoing_server_port=server.port)
        email = queued(account, now, JORGEN)
        send.send_account(account.pk, now, read_clock=lambda: now)
        email.refresh_from_db()
        assert (email.status, server.taken) == (Status.FAILED, [])
        assert "SMTPUTF8" in email.error


def test_the_rest_of_such_a_mail_is_international_too(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """Also where only recipients in ASCII still wait, its header has UTF-8."""
    rest = f"rest-{account.pk}@example.org"
    smtp_server.refuse(rest, "552 5.2.2 Mailbox full")
    email = queued(account, now, JORGEN, rest)
    send.send_account(account.pk, now, read_clock=lambda: now)
    smtp_server.refused.clear()
    outbox.send_to_rest(email.pk, now)
    send.send_account(account.pk, now, read_clock=lambda: now)
    assert "SMTPUTF8" in [option.upper() for option in smtp_server.to(rest)[0].options]
