"""Moves emails between their states: the only code that writes status, box and archived.

`moves.py` decides, this module carries out: one locked read, one update an outcome, one history row a mail.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.base import rows as tables
from mailroom.records.emails import moves
from mailroom.records.emails.models import Direction, Email, StatusChange
from mailroom.records.emails.moves import Action, Refusal, Standing
from mailroom.records.organisation.models import Employee, User

HISTORY = ("email_id", "at", "action", "before", "after", "by_id", "reason")
BATCH = 500  # below SQLite's limit of variables in one statement


class Refused(Exception):
    """The action is not allowed now; the text tells a person why."""


@dataclass(slots=True)
class Moved:
    """What a batch came to: the ids that moved, and for each other id the reason in words."""

    ids: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def move_many(
    ids: Collection[int],
    action: Action,
    now: datetime,
    by: User | None = None,
    reason: str | Mapping[int, str] = "",
    changes: dict[str, Any] | None = None,
) -> Moved:
    """Apply `action` to every email that allows it; `changes` are further columns set on those that move.

    `reason` is one for all, or one by the id of each.
    """
    moved = Moved()
    reasons = reason if isinstance(reason, Mapping) else dict.fromkeys(ids, reason)
    for batch in batches(list(ids)):
        with transaction.atomic():
            _move_batch(batch, action, now, by, reasons, changes or {}, moved)
    return moved


def move(
    email: Email,
    action: Action,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    changes: dict[str, Any] | None = None,
) -> Email:
    """Apply `action` to one email and bring the object up to date; raises Refused with the reason."""
    moved = move_many([email.pk], action, now, by, reason, changes)
    if not moved.ids:
        raise Refused(moved.refused.get(email.pk, _("The email is gone.")))
    email.refresh_from_db()
    return email


def _move_batch(
    ids: Sequence[int],
    action: Action,
    now: datetime,
    by: User | None,
    reasons: Mapping[int, str],
    changes: dict[str, Any],
    moved: Moved,
) -> None:
    groups: dict[Standing, list[int]] = defaultdict(list)
    history: list[tables.Row] = []
    mover = by.pk if by is not None else None
    rows = Email.objects.select_for_update(of=("self",)).filter(pk__in=tables.among(ids)).order_by("pk")
    columns = rows.values_list("pk", "direction", "status", "archived", "status_before_delete")
    for pk, direction, status, archived, former in columns:
        before = Standing(direction, status, archived, former)
        after = moves.decide(before, action)
        if isinstance(after, Refusal):
            moved.refused[pk] = after.reason
            continue
        groups[after].append(pk)
        moved.ids.append(pk)
        words = tables.plain(str(reasons.get(pk, "")))
        history.append((pk, now, str(action), before.status, str(after.status), mover, words))
    for after, members in groups.items():
        Email.objects.filter(pk__in=tables.among(members)).update(**_columns(after), **changes)
    if history:
        tables.insert(StatusChange, HISTORY, history)


def _columns(after: Standing) -> dict[str, Any]:
    return {
        "status": after.status,
        "archived": after.archived,
        "status_before_delete": after.status_before_delete,
        "box": moves.box_of(after),
    }


def queue(email: Email, now: datetime, by: User | None = None, **changes: Any) -> Email:
    """Draft or canceled → Pending processing."""
    return move(email, Action.SEND, now, by, changes=changes)


def mark_processed(email: Email, now: datetime, reason: str = "") -> Email:
    """In process → Processed, its lease and error cleared."""
    cleared = {"lease_until": None, "lease_holder": "", "error": "", "failed_step": ""}
    return move(email, Action.FINISH, now, reason=reason, changes=cleared)


def mark_failed(email: Email, now: datetime, error: str, step: str) -> Email:
    """In process → Failed, with the error and the step it came from."""
    changes = {"lease_until": None, "lease_holder": "", "error": error, "failed_step": step[:40]}
    return move(email, Action.FAIL, now, reason=error, changes=changes)


def mark_pending_again(email: Email, now: datetime, next_attempt_at: datetime | None, reason: str) -> Email:
    """In process → Pending processing, to be tried at `next_attempt_at`."""
    changes = {"lease_until": None, "lease_holder": "", "error": reason, "next_attempt_at": next_attempt_at}
    return move(email, Action.RETURN, now, reason=reason, changes=changes)


def cancel(email: Email, now: datetime, by: User | None) -> Email:
    """Cancel sending: out of the queue, with a draft's rights."""
    return move(email, Action.CANCEL, now, by)


def delete(email: Email, now: datetime, by: User | None) -> Email:
    """First Delete."""
    return move(email, Action.DELETE, now, by)


def restore(email: Email, now: datetime, by: User | None) -> Email:
    """Deleted → where it was; a mail that waited to be sent comes back as a draft."""
    return move(email, Action.RESTORE, now, by)


def archive(email: Email, now: datetime, by: User | None) -> Email:
    """Processed → out of Incoming and Sent."""
    return move(email, Action.ARCHIVE, now, by)


def restore_from_archive(email: Email, now: datetime, by: User | None) -> Email:
    """Back in Incoming or Sent."""
    return move(email, Action.RESTORE_FROM_ARCHIVE, now, by)


def mark_read_many(ids: Collection[int], employee: Employee | None, read: bool = True) -> Moved:
    """Mark incoming emails as read or unread; only the assigned owner may (CO409000)."""
    moved = Moved()
    for batch in batches(list(ids)):
        for pk, direction, owner in Email.objects.filter(pk__in=batch).values_list("pk", "direction", "owner_id"):
            if direction != Direction.INCOMING:
                moved.refused[pk] = _("It is an outgoing email.")
            elif employee is None or owner != employee.pk:
                moved.refused[pk] = _("Only its owner may mark it as read or unread.")
            else:
                moved.ids.append(pk)
        Email.objects.filter(pk__in=set(moved.ids) & set(batch)).update(read=read)
    return moved


def batches(ids: list[int]) -> Iterator[list[int]]:
    """The ids in as many as one statement may name."""
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch
