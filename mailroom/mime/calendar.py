"""Calendar parts (RFC 5545, RFC 6047): invitations, answers and cancellations."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from mailroom.mime.message import Defect

MOST_EVENTS = 200


def read(contents: Iterable[bytes], defects: list[Defect]) -> tuple[dict[str, Any], ...]:
    """A row for each event of each calendar part; a part that cannot be read is a defect."""
    rows: list[dict[str, Any]] = []
    for content in contents:
        from icalendar import Calendar  # costly to load, needed for few messages

        try:
            for found in Calendar.from_ical(content, multiple=True):
                rows.extend(_rows(found))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            defects.append(Defect("calendar-broken", "A calendar part could not be read; it is kept as a file."))
    return tuple(rows[:MOST_EVENTS])


def _rows(calendar: Any) -> list[dict[str, Any]]:
    method = str(calendar.get("method", "")).upper()
    return [
        {
            "method": method,
            "uid": str(event.get("uid", "")),
            "summary": str(event.get("summary", "")),
            "start": _moment(event.get("dtstart")),
            "end": _moment(event.get("dtend")),
            "organizer": _person(event.get("organizer")),
            "attendees": [_person(item) for item in _listed(event.get("attendee"))],
        }
        for event in calendar.walk()
        if event.name in {"VEVENT", "VTODO"}
    ]


def _moment(value: Any) -> str | None:
    moment = getattr(value, "dt", None)
    return moment.isoformat() if isinstance(moment, date | datetime) else None


def _person(value: Any) -> str:
    return str(value or "").removeprefix("mailto:").removeprefix("MAILTO:")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []
