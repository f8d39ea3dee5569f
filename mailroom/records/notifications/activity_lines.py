"""The activities of a record as lines of a template: its emails, and of a case its customer's comments too."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mailroom.mime import bodies
from mailroom.records.crm.models import Case, CaseComment
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.notifications.sources import MOST_LINES, Place, View, places


def text_of(email: Email | CaseComment) -> str:
    """What somebody wrote, as text; after a comment the names of its files."""
    if isinstance(email, CaseComment):
        names = ", ".join(file.name for file in email.files.all())
        return "\n\n".join(filter(None, (email.body, gettext("Files: %(names)s") % {"names": names} if names else "")))
    content = getattr(email, "content", None)
    return (content.text or bodies.text_from_html(content.html)) if content is not None else email.preview


def told_of(kind: str, record: Any) -> QuerySet[Email]:
    """The emails of a record that a notice may tell of, newest first, whoever reads it.

    Neither mail of a personal account, which is its owner's alone, nor what was written and has not gone out.
    """
    gone_out = Q(direction=Direction.INCOMING) | Q(status=Status.PROCESSED)
    rows = Email.objects.filter(gone_out, related_entity_type=kind, related_entity_id=record.pk)
    return rows.filter(account__personal_owner=None).exclude(status=Status.DELETED).order_by("-date", "-pk")


def emails_of(kind: str) -> Any:
    """Reads the emails of a record of this type, newest first."""

    def rows(record: Any) -> QuerySet[Email]:
        return told_of(kind, record).select_related("content")[:MOST_LINES]

    return rows


def moment_of(row: Email | CaseComment) -> datetime:
    """When it was written."""
    return row.created_at if isinstance(row, CaseComment) else row.date


def of_case(case: Case) -> list[Email | CaseComment]:
    """The emails of a case and its customer's comments, newest first."""
    comments = case.comments.prefetch_related("files").order_by("-created_at", "-pk")[:MOST_LINES]
    return sorted([*emails_of("case")(case), *comments], key=moment_of, reverse=True)


ACTIVITY = (
    *places(("Subject", _("Subject"), "subject"), ("From", _("From"), "from_address")),
    Place("To", _("To"), lambda row: getattr(row, "to_line", "")),
    Place("Date", _("Date"), moment_of),
    Place("Body", _("Message text area"), text_of),
)


def views(rows: Any) -> tuple[View, ...]:
    """The activities of a record, newest first, under both names that templates know them by."""
    return tuple(View(name, _("Activities"), rows, ACTIVITY) for name in ("Activities", "ActivitiesSelect"))
