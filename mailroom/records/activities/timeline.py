"""The Activities of a record: emails (archived ones too), tasks, events, comments in one time line, newest first."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from mailroom.records.crm.models import CaseComment, Event, Task
from mailroom.records.emails import links, queries
from mailroom.records.emails.links import Related
from mailroom.records.emails.models import Status
from mailroom.records.organisation.models import User

PAGE = 40
MOST_CHILDREN = 200
KINDS = ("email", "task", "event", "comment")


@dataclass(frozen=True, slots=True)
class Entry:
    """One activity: its kind, its moment, and the row itself."""

    kind: str
    at: datetime
    row: Any

    @property
    def place(self) -> tuple[datetime, int, int]:
        """Where it stands in the line."""
        return self.at, KINDS.index(self.kind), self.row.pk


@dataclass(frozen=True, slots=True)
class Page:
    """Activities, newest first; `older` asks for those before them and is empty at the end."""

    entries: list[Entry]
    older: str


def of(record: Related, user: User, older: str = "", kinds: Sequence[str] = KINDS, size: int = PAGE) -> Page:
    """One page of the activities that a person may see; a task's or event's own emails count as those of its record.

    The number of queries is the same for any number of activities.
    """
    before = read_place(older)
    sources = {name: rows for name, rows in _sources(record, user).items() if name in kinds}
    found: list[Entry] = []
    for name, (rows, moment) in sources.items():
        earlier = _before(rows, moment, KINDS.index(name), before) if before else rows
        newest = earlier.order_by(f"-{moment}", "-pk")[: size + 1]
        found += [Entry(name, getattr(row, moment), row) for row in newest]
    found.sort(key=lambda entry: entry.place, reverse=True)
    more = len(found) > size
    return Page(found[:size], _written(found[size - 1]) if more else "")


def _sources(record: Related, user: User) -> dict[str, tuple[QuerySet[Any], str]]:
    of_record = Q(related_entity_type=record.type, related_entity_id=record.id)
    people = ("owner", "created_by")
    emails = queries.visible_to(user).filter(_mails_of(record)).exclude(status=Status.DELETED)
    return {
        "email": (emails.select_related("account", *people), "date"),
        "task": (Task.objects.filter(of_record).select_related(*people), "created_at"),
        "event": (Event.objects.filter(of_record).select_related(*people), "created_at"),
        **({"comment": (_comments(record.id), "created_at")} if record.type == "case" else {}),
    }


def _comments(case_id: int | None) -> QuerySet[CaseComment]:
    """What the customer wrote in the portal."""
    return CaseComment.objects.filter(case=case_id).select_related("contact").prefetch_related("files")


def _mails_of(record: Related) -> Q:
    """A mail that became a task's activity stays in sight at the record that the task is for."""
    found = links.activities(record)
    for kind, model in (("task", Task), ("event", Event)):
        rows = model._default_manager.filter(related_entity_type=record.type, related_entity_id=record.id)
        children = list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_CHILDREN])
        if children:
            found |= Q(related_entity_type=kind, related_entity_id__in=children)
    return found


def _before(rows: QuerySet[Any], moment: str, rank: int, place: tuple[datetime, int, int]) -> QuerySet[Any]:
    at, kind, key = place
    earlier = Q(**{f"{moment}__lt": at})
    same = Q(**{moment: at})
    if rank < kind:
        return rows.filter(earlier | same)
    return rows.filter(earlier | (same & Q(pk__lt=key))) if rank == kind else rows.filter(earlier)


def _written(entry: Entry) -> str:
    at, kind, key = entry.place
    packed = json.dumps([at.isoformat(), kind, key], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_place(text: str) -> tuple[datetime, int, int] | None:
    """The place that a link or cursor carries; None when it is none of ours."""
    try:
        at, kind, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 0 < int(key) < 2**63 or not 1 < moment.year < 9999:
            return None
        return moment, int(kind), int(key)
    except (ValueError, TypeError, binascii.Error, OverflowError):
        return None
