"""Mail that comes in and is processed, without a server: filed as a server's slice, then walked through the steps."""

import itertools
from datetime import datetime
from typing import Any

from mailroom.flows.incoming import pipeline
from mailroom.flows.incoming.models import ProcessingOptions, StepOutcome
from mailroom.flows.receiving import filing
from mailroom.flows.sending import outbox
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email
from tests.factories import mails, relations

_numbers = itertools.count(1)


def system_account(account_id: str = "SALES", **options: Any) -> EmailAccount:
    """An account that processes what comes in, with these options of SM204002."""
    account = relations.account(email_account_id=account_id, email_address=f"{account_id.lower()}@mailroom.test")
    values = {"activate_incoming_processing": True} | options
    ProcessingOptions.objects.update_or_create(account=account, defaults=values)
    return account


def letter(
    sender: str = "Ola Dahl <ola@example.org>",
    subject: str = "Price for 40 crates",
    body: str = "Hello, what do they cost?",
    message_id: str = "",
    to: str = "sales@mailroom.test",
    **fields: str,
) -> bytes:
    """A mail; further header fields by their names: `in_reply_to="<a@b>"`."""
    head = {"from": sender, "to": to, "subject": subject} | fields
    head["message-id"] = f"<{message_id or f'm{next(_numbers)}@example.org'}>"
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in head.items()]
    return ("\r\n".join(lines) + f"\r\n\r\n{body}\r\n").encode()


def receive(account: EmailAccount, now: datetime, *raws: bytes) -> list[Email]:
    """File these mails on the account, not yet processed."""
    ids = filing.file_batch(account, mails.fetched(*raws), now).emails
    return list(Email.objects.filter(pk__in=ids).order_by("pk"))


def process(account: EmailAccount, now: datetime, *raws: bytes) -> list[Email]:
    """File these mails and walk the steps; the emails as they are then."""
    emails = receive(account, now, *raws)
    pipeline.process_account(account.pk, now)
    for email in emails:
        email.refresh_from_db()
    return emails


def sent(account: EmailAccount, now: datetime, to: str = "ola@example.org", by: Any = None, **fields: Any) -> Email:
    """A mail of ours in the queue, with its Message-ID and tag."""
    values = {"subject": "Our offer", "text": "As promised."} | fields
    return outbox.create(NewEmail(DraftFields(account, to=[Address("", to)], **values), send=True), now, by)


def reason(email: Email, step: str) -> str:
    """What the trace says of the last time this step ran."""
    row = StepOutcome.objects.filter(email=email, step=step).order_by("-pk").first()
    return f"{row.outcome}: {row.reason}" if row else ""
