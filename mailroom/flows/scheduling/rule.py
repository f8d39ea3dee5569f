"""From a schedule's row to its recurrence rule, and back to the next execution date."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailroom.flows.scheduling import recurrence
from mailroom.flows.scheduling.models import Schedule
from mailroom.flows.scheduling.recurrence import MonthlyOn, Recurrence, ScheduleType


def of(schedule: Schedule) -> Recurrence:
    """The rule that a schedule's fields say."""
    return Recurrence(
        zone=ZoneInfo(schedule.time_zone),
        starts_on=schedule.starts_on,
        schedule_type=ScheduleType(schedule.schedule_type),
        every=schedule.every,
        weekdays=frozenset(schedule.weekdays),
        monthly_on=MonthlyOn(schedule.monthly_on),
        month_day=schedule.month_day,
        ordinal=schedule.ordinal,
        ordinal_days=frozenset(schedule.ordinal_days) or frozenset(range(7)),
        start_time=schedule.start_time,
        stop_time=schedule.stop_time,
        interval=timedelta(minutes=schedule.interval_minutes),
        expires_on=schedule.expires_on,
    )


def next_execution(schedule: Schedule, after: datetime) -> datetime | None:
    """The next execution after `after`, or None when its limit, expiry or rule ends it."""
    if schedule.execution_limit is not None and schedule.executed >= schedule.execution_limit:
        return None
    return recurrence.next_run(of(schedule), after)
