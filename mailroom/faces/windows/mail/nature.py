"""What an email is besides its text: a report of mail that came back, an invitation, signed, encrypted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.mail import tables
from mailroom.mime.message import BounceRecipient
from mailroom.records.emails import bounced
from mailroom.records.emails.models import Email

MOST = 20  # rows of a report or invitation that are shown
METHODS = {
    "REQUEST": gettext_lazy("Invitation"),
    "REPLY": gettext_lazy("Answer to an invitation"),
    "CANCEL": gettext_lazy("Canceled"),
    "COUNTER": gettext_lazy("Another time is proposed"),
}
SYSTEMS = {"smime": "S/MIME", "pgp": "OpenPGP", "pgp-inline": "OpenPGP"}


@dataclass(frozen=True, slots=True)
class Returned:
    """For whom mail could not be delivered, why, and the mail itself where it is here."""

    address: str
    why: str
    delayed: bool
    email: Email | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One event of a calendar part (RFC 5546)."""

    kind: str
    summary: str
    when: str
    organizer: str
    attendees: str


def of(request: HttpRequest, facts: Mapping[str, Any]) -> dict[str, Any]:
    """For the template: `returned`, `meetings`, and the systems by which it is `signed` and `encrypted`."""
    return {
        "returned": list(_returned(request, facts.get("bounce") or [])),
        "meetings": [_meeting(row) for row in (facts.get("calendar") or [])[:MOST]],
        "signed": SYSTEMS.get(facts.get("signed", ""), ""),
        "encrypted": SYSTEMS.get(facts.get("encrypted", ""), ""),
    }


def _returned(request: HttpRequest, rows: list[dict[str, Any]]) -> Iterator[Returned]:
    names = {row.get("original_message_id") for row in rows} - {"", None}
    found = tables.visible(request).filter(direction="outgoing", message_id__in=names) if names else ()
    emails = {email.message_id: email for email in found}
    for row in rows[:MOST]:
        fields = {name: row[name] for name in BounceRecipient.__slots__ if name in row}
        recipient = BounceRecipient(**fields)
        delayed = recipient.action in bounced.STILL
        email = emails.get(row.get("original_message_id", ""))
        yield Returned(recipient.recipient, bounced.words_of(recipient), delayed, email)


def _meeting(row: Mapping[str, Any]) -> Meeting:
    moments = [_spoken(row.get(name)) for name in ("start", "end")]
    when = " – ".join(dict.fromkeys(filter(None, moments)))
    kind = METHODS.get(row.get("method", ""), gettext_lazy("Event"))
    summary = row.get("summary") or _("(No subject)")
    return Meeting(str(kind), summary, when, row.get("organizer", ""), ", ".join(row.get("attendees", [])[:MOST]))


def _spoken(value: str | None) -> str:
    """A moment in the reader's zone, one without a zone as it is, a whole day as a date."""
    moment: datetime | None = parse_datetime(value) if value and "T" in value else None
    if moment is not None:
        local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
        return str(date_format(local, "D j M Y H:i"))
    day = parse_date(value or "")
    return str(date_format(day, "D j M Y")) if day is not None else ""
