"""When a schedule runs next (SM205020): a pure function of its rule and a moment.

Days are found in the schedule's own calendar, then each local time is placed on the time line. A time that daylight
saving skips moves to the next valid minute; a doubled one runs once, the first time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MO, MONTHLY, WEEKLY, rrule, weekday

END_OF_DAY = time(23, 59)
WEEK = tuple(weekday(number) for number in range(7))
LAST = 5  # the ordinal that says “last”


class ScheduleType(StrEnum):
    """The kinds of schedule."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    PERIOD = "period"


class MonthlyOn(StrEnum):
    """How the day of a month or financial period is said."""

    DAY = "day"
    ORDINAL = "ordinal"
    PERIOD_START = "start"
    PERIOD_END = "end"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The rule of a schedule. `every` counts days, weeks, months or periods; times are local to `zone`."""

    zone: ZoneInfo
    starts_on: date
    schedule_type: ScheduleType = ScheduleType.DAILY
    every: int = 1
    weekdays: frozenset[int] = field(default_factory=frozenset)  # Monday is 0
    monthly_on: MonthlyOn = MonthlyOn.DAY
    month_day: int = 1  # 31 is the last day of any month
    ordinal: int = 1  # 1 to 4, or LAST
    ordinal_days: frozenset[int] = frozenset(range(7))  # one weekday, Monday to Friday, or Saturday and Sunday
    start_time: time = time(0, 0)
    stop_time: time | None = None  # None is the end of the day
    interval: timedelta = timedelta(0)  # zero runs once a day
    expires_on: date | None = None


def next_run(rule: Recurrence, after: datetime) -> datetime | None:
    """The first run strictly later than `after` (both aware), in UTC; None when the schedule is over."""
    return next(runs(rule, after), None)


def upcoming(rule: Recurrence, after: datetime, count: int) -> list[datetime]:
    """The next `count` runs, fewer when the schedule ends."""
    return list(islice(runs(rule, after), count))


def runs(rule: Recurrence, after: datetime) -> Iterator[datetime]:
    """All runs strictly later than `after`, in order, each once."""
    latest = after.astimezone(UTC)
    for day in _days(rule, after.astimezone(rule.zone).date() - timedelta(days=1)):
        for local in _times(rule, day):
            moment = _place(local, rule.zone)
            if moment > latest:
                latest = moment
                yield moment


def _days(rule: Recurrence, earliest: date) -> Iterator[date]:
    """The days of the rule from `earliest` on, within its start and expiry."""
    start = datetime.combine(rule.starts_on, time())
    until = datetime.combine(rule.expires_on, time()) if rule.expires_on else None
    pattern = _pattern(rule, start, until)
    for day in pattern.xafter(datetime.combine(earliest, time()), inc=True):
        if day >= start:  # months are counted from the first of the starting month
            yield day.date()


def _pattern(rule: Recurrence, start: datetime, until: datetime | None) -> rrule:
    """The rule's days in the terms of RFC 5545 §3.3.10."""
    if rule.schedule_type is ScheduleType.DAILY:
        return rrule(DAILY, dtstart=start, interval=rule.every, until=until, cache=False)
    if rule.schedule_type is ScheduleType.WEEKLY:
        days = [WEEK[number] for number in sorted(rule.weekdays or {start.weekday()})]
        return rrule(WEEKLY, dtstart=start, interval=rule.every, byweekday=days, wkst=MO, until=until)
    return _monthly(rule, start.replace(day=1), until)


def _monthly(rule: Recurrence, first: datetime, until: datetime | None) -> rrule:
    if rule.monthly_on is MonthlyOn.ORDINAL:
        position = -1 if rule.ordinal == LAST else rule.ordinal
        days = [WEEK[number] for number in sorted(rule.ordinal_days)]
        return rrule(MONTHLY, dtstart=first, interval=rule.every, byweekday=days, bysetpos=position, until=until)
    day = {MonthlyOn.PERIOD_START: 1, MonthlyOn.PERIOD_END: 31}.get(rule.monthly_on, rule.month_day)
    if day <= 28:
        return rrule(MONTHLY, dtstart=first, interval=rule.every, bymonthday=day, until=until)
    nearest = list(range(28, day + 1))  # a day that a month lacks is its last one
    return rrule(MONTHLY, dtstart=first, interval=rule.every, bymonthday=nearest, bysetpos=-1, until=until)


def _times(rule: Recurrence, day: date) -> Iterator[datetime]:
    """The naive local times of one day, from start to stop time."""
    moment = datetime.combine(day, rule.start_time)
    stop = datetime.combine(day, rule.stop_time or END_OF_DAY)
    yield moment
    while rule.interval > timedelta(0) and (moment := moment + rule.interval) <= stop:
        yield moment


def _place(local: datetime, zone: ZoneInfo) -> datetime:
    """Put a naive local time on the time line, as UTC."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    return _end_of_gap(local, zone)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks jumped over a local time (PEP 495: fold 1 reads before the jump, 0 after)."""
    before = int(local.replace(tzinfo=zone, fold=1).timestamp())
    after = int(local.replace(tzinfo=zone, fold=0).timestamp())
    jumped = datetime.fromtimestamp(after, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == jumped:
            after = middle
        else:
            before = middle
    return datetime.fromtimestamp(after, UTC)
