"""Runs schedules that are due: each once, on any number of workers, with one catch-up for missed runs."""

import os
import secrets as random_names
import socket
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from mailroom.base import clock, relative_dates
from mailroom.flows.scheduling import operations, rule
from mailroom.flows.scheduling.models import Schedule, ScheduleRun
from mailroom.flows.scheduling.operations import Condition, Order, Report
from mailroom.records.organisation.models import User

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=10)
Clock = Callable[[], datetime]


class AlreadyRuns(Exception):
    """The schedule runs at this moment, here or on another worker."""


def due(now: datetime) -> list[int]:
    """The ids of active schedules whose time has come and that nobody holds."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = Schedule.objects.filter(free, active=True, next_execution_at__lte=now)
    return list(rows.order_by("next_execution_at").values_list("pk", flat=True))


def run(schedule_id: int, now: datetime, by: User | None = None, read_clock: Clock = clock.now) -> ScheduleRun | None:
    """Run one schedule now. Without `by` it must be due; None when another worker was first.

    `read_clock` tells the time while the action works: its lease is renewed by it.

    Raises AlreadyRuns when a person asks for a schedule that runs already.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{random_names.token_hex(4)}"
    if not _claim(schedule_id, holder, now, manual=by is not None):
        if by is not None:
            raise AlreadyRuns(_("It runs at this moment. Its result appears in the history."))
        return None
    schedule = Schedule.objects.get(pk=schedule_id)
    _close_interrupted(schedule, now)
    row = ScheduleRun.objects.create(
        schedule=schedule, due_at=None if by else schedule.next_execution_at, started_at=now, by=by
    )
    _carry_out(schedule, row, holder, now, read_clock)
    _settle(schedule, row, holder, now)
    return row


def _claim(schedule_id: int, holder: str, now: datetime, manual: bool) -> bool:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = Schedule.objects.filter(free, pk=schedule_id)
    if not manual:
        rows = rows.filter(active=True, next_execution_at__lte=now)
    return rows.update(lease_until=now + LEASE, lease_holder=holder) == 1


def _close_interrupted(schedule: Schedule, now: datetime) -> None:
    """A run whose worker died is over: it was aborted."""
    schedule.runs.filter(state=ScheduleRun.State.RUNNING).update(
        state=ScheduleRun.State.ABORTED, finished_at=now, message=_("Its worker stopped in the middle.")
    )


def _carry_out(schedule: Schedule, row: ScheduleRun, holder: str, now: datetime, read_clock: Clock) -> None:
    """Do the work and write its result on the run."""

    def renew() -> bool:
        mine = Schedule.objects.filter(pk=schedule.pk, lease_holder=holder)
        return mine.update(lease_until=read_clock() + LEASE) == 1

    try:
        report = _ask(schedule, now, renew)
    except Exception as error:  # an action may fail in any way: the run is aborted, the worker goes on
        log.exception("schedule aborted", schedule=schedule.pk)
        row.state, row.message = ScheduleRun.State.ABORTED, f"{type(error).__name__}: {error}"
    else:
        row.state = ScheduleRun.State.WITH_ERRORS if report.errors else ScheduleRun.State.SUCCEEDED
        row.processed, row.warnings, row.errors = report.processed, report.warnings, report.errors
        row.lines = report.lines
    row.finished_at = max(read_clock(), now)
    row.save()


def _ask(schedule: Schedule, now: datetime, renew: Callable[[], bool]) -> Report:
    operation = operations.find(schedule.window_id, schedule.action)
    zone = rule.of(schedule).zone
    today = now.astimezone(zone).date()
    report_lines: list[tuple[str, str]] = []
    values = {}
    for line in schedule.filter_values:
        if not line.get("active", True):
            continue
        try:
            value = str(line.get("value", ""))
            values[line["field_name"]] = str(relative_dates.resolve(value, today)) if line.get("relative") else value
        except relative_dates.NotADate as error:
            if not line.get("ignore_error"):
                raise
            report_lines.append((line["field_name"], str(error)))
    conditions = [_condition(line, today) for line in schedule.conditions if line.get("active", True)]
    report = operation.run(Order(values, conditions, now, renew, zone))
    for subject, text in report_lines:
        report.warning(subject, text)
    return report


def _condition(line: dict[str, Any], today: date) -> Condition:
    def value(name: str) -> str:
        text = str(line.get(name, ""))
        return str(relative_dates.resolve(text, today)) if line.get("relative") and text else text

    return Condition(line["field_name"], line["condition"], value("value"), value("value2"))


@transaction.atomic
def _settle(schedule: Schedule, row: ScheduleRun, holder: str, now: datetime) -> None:
    """Count the run, find the next one, and give the schedule back."""
    # A person may have edited it meanwhile.
    schedule.refresh_from_db(from_queryset=Schedule.objects.select_for_update())
    aborted = row.state == ScheduleRun.State.ABORTED
    schedule.executed += 1
    schedule.aborted_in_a_row = schedule.aborted_in_a_row + 1 if aborted else 0
    limit = schedule.deactivate_after_aborted_runs
    active = schedule.active and not (limit and schedule.aborted_in_a_row >= limit)
    ended = max(now, row.finished_at or now)
    following = rule.next_execution(schedule, ended)
    if following is not None and schedule.next_execution_at is not None and schedule.next_execution_at > ended:
        following = schedule.next_execution_at  # a person entered it, or it was run before its time
    Schedule.objects.filter(pk=schedule.pk, lease_holder=holder).update(
        executed=F("executed") + 1,
        aborted_in_a_row=schedule.aborted_in_a_row,
        active=active and following is not None,
        last_execution_at=now,
        next_execution_at=following,
        lease_until=None,
        lease_holder="",
    )
    keep = schedule.runs.values_list("pk", flat=True)[: max(schedule.history_to_keep, 1)]
    schedule.runs.filter(pk__lt=min(keep, default=0)).delete()
