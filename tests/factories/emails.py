"""Emails as rows, without a server: for lists, filters and search."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import search
from mailroom.records.emails.models import Attachment, Box, Direction, Email, EmailContent, Recipient, Status

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def some_account(name: str = "SALES", **fields: Any) -> EmailAccount:
    """The account of that id, made where there is none."""
    values = {"email_address": f"{name.lower()}@mailroom.test"} | fields
    return EmailAccount.objects.get_or_create(email_account_id=name, defaults=values)[0]


def make(
    subject: str = "",
    body: str = "",
    *,
    sender: tuple[str, str] = ("", ""),
    to: Sequence[tuple[str, str]] = (),
    cc: Sequence[tuple[str, str]] = (),
    bcc: Sequence[tuple[str, str]] = (),
    files: Sequence[str] = (),
    age: timedelta = timedelta(0),
    account: EmailAccount | None = None,
    indexed: bool = True,
    **fields: Any,
) -> Email:
    """One email with its body, recipients and file names, indexed; `age` is how old it is at noon."""
    values: dict[str, Any] = {
        "direction": Direction.INCOMING,
        "status": Status.PROCESSED,
        "box": Box.INCOMING,
        "date": NOON - age,
        "created_at": NOON,
        "preview": body[:200],
        "attachment_count": len(files),
        "to_line": ", ".join(name or address for name, address in to),
    }
    email = Email.objects.create(
        account=account or some_account(),
        subject=subject,
        from_name=sender[0],
        from_address=sender[1],
        **(values | fields),
    )
    EmailContent.objects.create(email=email, text=body)
    rows = [("to", *one) for one in to] + [("cc", *one) for one in cc] + [("bcc", *one) for one in bcc]
    Recipient.objects.bulk_create(
        Recipient(email=email, kind=kind, name=name, address=address, position=place)
        for place, (kind, name, address) in enumerate(rows)
    )
    Attachment.objects.bulk_create(Attachment(email=email, name=name) for name in files)
    if indexed:
        search.index([email.pk])
    return email
