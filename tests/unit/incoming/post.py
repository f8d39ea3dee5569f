"""What tests of the steps ask of mail that came in and of what went out for it."""

from datetime import datetime
from typing import Any

from mailroom.flows.incoming.models import StepOutcome
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from tests.factories import incoming

CUSTOMER = "Ingrid Solheim <ingrid@fjellbekk.example.net>"
TRUSTED = "mx.mailroom.test"


def letter(subject: str = "Price for 40 crates", answers: str = "", **fields: Any) -> bytes:
    """A mail of the customer's; `answers` is the Message-ID that it answers."""
    named = {"in_reply_to": f"<{answers}>", "references": f"<{answers}>"} if answers else {}
    return incoming.letter(**({"sender": CUSTOMER} | named | fields), subject=subject)


def come(to: EmailAccount, raw: bytes, now: datetime) -> Email:
    """The mail is received and processed."""
    return incoming.process(to, now, raw)[0]


def sent() -> list[Email]:
    """What was queued, oldest first."""
    return list(Email.objects.filter(direction="outgoing").select_related("content").order_by("pk"))


def raw(email: Email) -> bytes:
    """The bytes of a queued mail."""
    return store.read(bytes(email.raw_sha256 or b""))


def why(email: Email, step: str) -> tuple[str, str]:
    """What the step did with the email last: its outcome and reason."""
    row = StepOutcome.objects.filter(email=email, step=step).latest("pk")
    return row.outcome, row.reason
