"""Relative dates in filter values and conditions: `@Today`, `@WeekStart+1`, `@MonthEnd-2` and their like."""

import re
from collections.abc import Callable
from datetime import date, timedelta

PATTERN = re.compile(r"@(?P<name>[A-Za-z]+)\s*(?P<shift>[+-]\s*\d{1,5})?")


SOME_DAY = date(2026, 11, 24)  # for asking only whether a text can be understood


class NotADate(ValueError):
    """The text is neither a date nor a relative date; the message lists what is understood."""


def _week_start(day: date, shift: int) -> date:
    return day - timedelta(days=day.weekday()) + timedelta(weeks=shift)


def _month_start(day: date, shift: int) -> date:
    months = day.year * 12 + day.month - 1 + shift
    return date(months // 12, months % 12 + 1, 1)


def _quarter_start(day: date, shift: int) -> date:
    return _month_start(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), shift * 3)


def _year_start(day: date, shift: int) -> date:
    return date(day.year + shift, 1, 1)


# The shift counts units of the name: days for @Today, weeks for @WeekStart, months for @MonthEnd, and so on.
NAMES: dict[str, Callable[[date, int], date]] = {
    "today": lambda day, shift: day + timedelta(days=shift),
    "weekstart": _week_start,
    "weekend": lambda day, shift: _week_start(day, shift) + timedelta(days=6),
    "monthstart": _month_start,
    "monthend": lambda day, shift: _month_start(day, shift + 1) - timedelta(days=1),
    "quarterstart": _quarter_start,
    "quarterend": lambda day, shift: _quarter_start(day, shift + 1) - timedelta(days=1),
    "periodstart": _month_start,
    "periodend": lambda day, shift: _month_start(day, shift + 1) - timedelta(days=1),
    "yearstart": _year_start,
    "yearend": lambda day, shift: _year_start(day, shift + 1) - timedelta(days=1),
}
WRITTEN: tuple[str, ...] = (
    "@Today",
    "@WeekStart",
    "@WeekEnd",
    "@MonthStart",
    "@MonthEnd",
    "@QuarterStart",
    "@QuarterEnd",
)
WRITTEN += ("@PeriodStart", "@PeriodEnd", "@YearStart", "@YearEnd")


def resolve(text: str, today: date) -> date:
    """The date that `text` says as of `today`; raises NotADate for anything else."""
    match = PATTERN.fullmatch(text.strip())
    if match is None or match["name"].lower() not in NAMES:
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            raise NotADate(
                f"{text!r} is no date. Write 2026-11-24, or one of {', '.join(WRITTEN)}, with +1 or -1."
            ) from None
    shift = int((match["shift"] or "0").replace(" ", ""))
    try:
        return NAMES[match["name"].lower()](today, shift)
    except (ValueError, OverflowError):
        raise NotADate(f"{text!r} is outside the calendar.") from None
