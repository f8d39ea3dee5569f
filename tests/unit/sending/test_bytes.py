"""The bytes of a queued mail: signed, its styles inlined, its automatic kind said."""

from datetime import datetime

import dkim
import pytest

from mailroom.flows.sending import outbox, send, signing
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import sort_keys
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def queued(account: EmailAccount, now: datetime, **fields: object) -> Email:
    draft = DraftFields(account=account, to=[Address("Ola Åsen", "ola@example.org")], subject="Blåbær", **fields)  # type: ignore[arg-type]
    return outbox.create(NewEmail(draft, send=True), now, None)


def test_an_account_with_a_key_signs_and_the_shown_record_verifies_it(account: EmailAccount, now: datetime) -> None:
    record = signing.record(signing.generate(account))
    raw = store.read(bytes(queued(account, now, html="<p>Hei på deg</p>").raw_sha256))
    assert record.name == f"mailroom._domainkey.{account.email_address.rpartition('@')[2]}"
    assert dkim.verify(raw, dnsfunc=lambda _name, timeout=5: record.value.encode())
    assert not dkim.verify(raw.replace(b"ola@", b"per@"), dnsfunc=lambda _name, timeout=5: record.value.encode())
    assert "PRIVATE" not in record.value


def test_style_sheets_stand_on_the_elements_they_speak_of(account: EmailAccount, now: datetime) -> None:
    html = "<html><head><style>p { color: red }</style></head><body><p>Hei</p></body></html>"
    raw = store.read(bytes(queued(account, now, html=html).raw_sha256))
    assert b"<style" not in raw
    assert b"color:" in raw.replace(b"=\r\n", b"").replace(b"=3A", b":")


def test_an_automatic_answer_says_so_and_has_the_null_sender(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """T08, T39: nothing can bounce back at it."""
    queued(account, now, text="Away", extra={"auto_submitted": "auto-replied"})
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 1
    (arrived,) = smtp_server.to("ola@example.org")[-1:]
    assert arrived.sender in {"", "<>"}
    assert b"Auto-Submitted: auto-replied" in arrived.raw


def test_lists_name_the_sender_whom_the_recipient_sees(account: EmailAccount, agent: User, now: datetime) -> None:
    EmailAccount.objects.filter(pk=account.pk).update(sender_name="Sales", sender_name_source="user")
    account.refresh_from_db()
    draft = DraftFields(account=account, to=[Address("", "ola@example.org")], subject="Blåbær", text="Hei")
    email = outbox.create(NewEmail(draft, send=True), now, agent)
    assert f"From: {agent.full_name} <".encode() in store.read(bytes(email.raw_sha256))
    assert (email.from_name, email.from_address) == (agent.full_name, account.email_address)
    assert email.from_key == sort_keys.of(agent.full_name)
