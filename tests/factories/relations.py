"""Emails and records to link them to, without servers."""

from datetime import datetime, timedelta
from typing import Any

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, EmailContent


def account(**changes: Any) -> EmailAccount:
    """A shared account that no server stands behind."""
    values = {"email_account_id": "SALES", "email_address": "sales@mailroom.test"} | changes
    return EmailAccount.objects.get_or_create(email_account_id=values.pop("email_account_id"), defaults=values)[0]


def mail(now: datetime, minutes: int = 0, text: str = "Hello", **changes: Any) -> Email:
    """A received, processed email of `minutes` ago."""
    values: dict[str, Any] = {
        "direction": "incoming",
        "box": "incoming",
        "status": "processed",
        "subject": "Price for 40 crates",
        "from_name": "Ingrid Solheim",
        "from_address": "ingrid@fjellbekk.example.net",
        "date": now - timedelta(minutes=minutes),
        "created_at": now,
    } | changes
    email = Email.objects.create(account=values.pop("account", None) or account(), **values)
    EmailContent.objects.create(email=email, text=text)
    return email
