"""What the reading pane shows: the conversation around an email, its slip, who is at it, and what may be done."""

from typing import Any

from django.http import HttpRequest

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import SEPARATOR, Action, Separator
from mailroom.faces.windows.mail import conversation, joined, rights, snoozing, tables, together, waiting
from mailroom.records.activities import linking
from mailroom.records.conversations import notes, snooze
from mailroom.records.emails.models import Email

TOGETHER: tuple[Action | Separator, ...] = (
    SEPARATOR,
    together.NOTE,
    snoozing.SNOOZE,
    snoozing.WAKE,
    joined.MERGE,
    joined.SPLIT,
    joined.REJOIN,
)


def context(request: HttpRequest, email: Email) -> dict[str, Any]:
    """The reading pane's context for one email: a fixed number of queries, however long its conversation."""
    user, now = requests.user_of(request), clock.now()
    notes.opened(email, user, now)
    snooze.opened(email, user, now)
    return {
        "email": email,
        "conversation": conversation.read(request, email),
        "record_url": f"/cr306015/{email.pk}/",
        "status_cell": tables.status_cell(email),
        "may_write": rights.may_write(request),
        "further": linking.further(email.pk, user),
        "snoozed": snooze.of_email(email, user),
        "waits": waiting.why(email, user),
        **together.presence_context(request, email),
    }
