"""Mail in the queue that must not go out by itself: the customer answered first, or the queue is an old one."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from mailroom.base import engine
from mailroom.flows.sending.models import Mark, SendingSession
from mailroom.records.emails import status
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.emails.moves import Action
from mailroom.records.emails.status import Moved
from mailroom.records.organisation.models import User

BATCH = 500


def cancel_answered(account_id: int, now: datetime) -> list[int]:
    """Cancel what waits on an account, asked for it, and has got an answer in its thread; the ids of those.

    Automatic mail and mail of our own is no answer. Called after receiving, and before every run.
    """
    answer = Email.objects.filter(
        thread_id=OuterRef("thread_id"),
        direction=Direction.INCOMING,
        automatic="none",
        created_at__gte=OuterRef("date"),
    ).exclude(from_address__iexact=OuterRef("from_address"))
    waiting = Email.objects.filter(
        account_id=account_id, direction=Direction.OUTGOING, status=Status.PENDING, cancel_if_answered=True
    )
    ids = list(waiting.filter(Exists(answer)).values_list("pk", flat=True)[:BATCH])
    reason = _("Not sent: the customer answered first.")
    return status.move_many(ids, Action.CANCEL, now, reason=reason, changes={"error": reason}).ids


def held() -> QuerySet[Email]:
    """Mail that waits for somebody's yes."""
    return Email.objects.filter(direction=Direction.OUTGOING, status=Status.PENDING, next_attempt_at=None)


def hold(email: Email, now: datetime, reason: str) -> Email:
    """A queued mail waits for somebody's yes; `reason` is shown on it."""
    return status.move(email, Action.HOLD, now, reason=reason, changes={"next_attempt_at": None, "error": reason})


def hold_stale(now: datetime, reason: str = "") -> int:
    """Hold all queued mail whose time has passed: what a restore calls before any worker starts (T46).

    Mail planned for a later moment stays planned. Returns how many are held; `reason` is shown on each of them.
    """
    reason = reason or _("Held: this queue comes from a backup, the mail may have been sent since. Send it or cancel.")
    past = Q(start_at__lte=now) | Q(start_at=None)
    due = Email.objects.filter(direction=Direction.OUTGOING, next_attempt_at__isnull=False)
    count = 0
    for state, wanted in ((Status.IN_PROCESS, Q()), (Status.PENDING, past)):
        for ids in _batches(due.filter(wanted, status=state)):
            changes = {"next_attempt_at": None, "error": reason, "lease_until": None, "lease_holder": ""}
            count += len(status.move_many(ids, Action.HOLD, now, reason=reason, changes=changes).ids)
    Mark.objects.all().delete()
    SendingSession.objects.all().delete()
    return count


def send_after_all(ids: Collection[int] | None, now: datetime, by: User | None = None) -> Moved:
    """Somebody's yes: held mail (all of it when `ids` is None) goes out as if it were queued now."""
    total = Moved()
    rows = held() if ids is None else held().filter(pk__in=list(ids))
    for batch in _batches(rows):
        changes = {"next_attempt_at": now, "start_at": now, "error": ""}
        moved = status.move_many(batch, Action.PROCESS, now, by, _("Sent after all."), changes)
        total.ids += moved.ids
        total.refused |= moved.refused
        _wake(moved.ids)
    return total


def _wake(ids: Collection[int]) -> None:
    accounts = Email.objects.filter(pk__in=list(ids)).order_by().values_list("account_id", flat=True).distinct()
    for account_id in accounts:
        engine.wake("sending.send", lock=f"sending:{account_id}", account_id=account_id)


def _batches(rows: QuerySet[Email]) -> Iterator[list[int]]:
    """Ids of rows, a batch at a time, walking the key so that rows which stay are not seen twice."""
    last = 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids
        last = ids[-1]
