"""Saving a schedule by the rules of SM205020, the same for the window and the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.base import relative_dates
from mailroom.flows.scheduling import conditions, operations, rule
from mailroom.flows.scheduling.models import Schedule
from mailroom.flows.scheduling.operations import Operation
from mailroom.flows.scheduling.recurrence import LAST

FIRST_YEAR, LAST_YEAR = 2000, 2200
MOST_LINES = 50
OWNED_BY_RUNS = frozenset(
    {"id", "executed", "aborted_in_a_row", "last_execution_at", "lease_until", "lease_holder", "created_by"}
)
EDITABLE = tuple(field.name for field in Schedule._meta.concrete_fields if field.name not in OWNED_BY_RUNS)


class Invalid(ValueError):
    """Values that no schedule may have: a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


@transaction.atomic
def save(schedule: Schedule, now: datetime, next_execution_at: datetime | None = None) -> Schedule:
    """Keep a new or changed schedule; without `next_execution_at` its next execution is computed. Raises Invalid.

    What runs count (executed, aborted) is never written over, whoever edits meanwhile.
    """
    errors = problems(schedule)
    if errors:
        raise Invalid(errors)
    stored = Schedule.objects.select_for_update().filter(pk=schedule.pk).first() if schedule.pk else None
    schedule.next_execution_at = next_execution_at or _next(schedule, stored, now)
    if schedule.active and schedule.next_execution_at is None:
        raise Invalid({"starts_on": _("With these dates and limits it never runs again.")})
    if stored is None:
        schedule.save()
        return schedule
    fields = [*EDITABLE]
    if schedule.active and not stored.active:
        schedule.aborted_in_a_row = 0
        fields.append("aborted_in_a_row")
    schedule.save(update_fields=fields)
    return schedule


def following(schedule: Schedule, now: datetime) -> datetime | None:
    """When it would run next if it were saved as it stands."""
    stored = Schedule.objects.filter(pk=schedule.pk).first() if schedule.pk else None
    return _next(schedule, stored, now)


def _next(schedule: Schedule, stored: Schedule | None, now: datetime) -> datetime | None:
    """What is stored stays while the rule stays, so that an edit does not skip a run that is due."""
    same = stored is not None and stored.active and rule.of(stored) == rule.of(schedule)
    if stored is not None and same and stored.next_execution_at is not None:
        return stored.next_execution_at
    return rule.next_execution(schedule, now)


def problems(schedule: Schedule) -> dict[str, str]:
    """What is wrong with a schedule, by field."""
    errors: dict[str, str] = {}
    if not schedule.description.strip():
        errors["description"] = _("Fill in this field.")
    errors |= _dates(schedule) | _rhythm(schedule)
    try:
        operation = operations.find(schedule.window_id, schedule.action)
    except operations.UnknownOperation:
        return errors | {"action": _("Choose a window and one of its actions.")}
    for name, found in (
        ("filter_values", _filter_values(schedule.filter_values, operation)),
        ("conditions", _conditions(schedule.conditions, operation)),
    ):
        if found:
            errors[name] = found
    return errors


def _dates(schedule: Schedule) -> dict[str, str]:
    errors: dict[str, str] = {}
    if schedule.time_zone not in available_timezones():
        errors["time_zone"] = _("There is no such time zone. Choose one such as Europe/Oslo.")
    if not FIRST_YEAR <= schedule.starts_on.year <= LAST_YEAR:
        errors["starts_on"] = _("Choose a date between 2000 and 2200.")
    if schedule.expires_on is not None and schedule.expires_on < schedule.starts_on:
        errors["expires_on"] = _("It expires before it starts.")
    if schedule.execution_limit is not None and schedule.execution_limit < 1:
        errors["execution_limit"] = _("The limit is at least 1.")
    if not 1 <= schedule.history_to_keep <= 10_000:
        errors["history_to_keep"] = _("Keep 1 to 10,000 executions.")
    return errors


def _rhythm(schedule: Schedule) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not 1 <= schedule.every <= 999:
        errors["every"] = _("A number from 1 to 999.")
    if not set(schedule.weekdays) <= set(range(7)):
        errors["weekdays"] = _("Days are numbered from 0, Monday, to 6.")
    if schedule.schedule_type == Schedule.Type.WEEKLY and not schedule.weekdays:
        errors["weekdays"] = _("Choose at least one day.")
    if not 1 <= schedule.month_day <= 31:
        errors["month_day"] = _("A day from 1 to 31; 31 is the last day of any month.")
    if not 1 <= schedule.ordinal <= LAST:
        errors["ordinal"] = _("First to fourth, or 5 for the last.")
    if not set(schedule.ordinal_days) <= set(range(7)):
        errors["ordinal_days"] = _("Days are numbered from 0, Monday, to 6.")
    if schedule.interval_minutes > 24 * 60:
        errors["interval_minutes"] = _("At most 24 hours.")
    if schedule.stop_time is not None and schedule.stop_time < schedule.start_time:
        errors["stop_time"] = _("It stops before it starts.")
    return errors


def _filter_values(lines: Any, operation: Operation) -> str:
    if not isinstance(lines, list) or len(lines) > MOST_LINES:
        return _("At most %(n)d lines.") % {"n": MOST_LINES}
    for place, line in enumerate(lines, 1):
        name, value = str(line.get("field_name", "")), str(line.get("value", ""))
        found = ""
        if name not in operation.fields:
            names = ", ".join(operation.fields)
            found = _("“%(name)s” is no field of this window. It has %(names)s.") % {"name": name, "names": names}
        elif line.get("relative"):
            found = _relative(value)
        elif operation.choices(name) and value and value not in operation.choices(name):
            known = ", ".join(operation.choices(name))
            found = _("“%(value)s” is no value of %(name)s. Choose %(known)s.") % {
                "value": value,
                "name": name,
                "known": known,
            }
        if found and not line.get("ignore_error"):
            return _("Line %(n)d: %(error)s") % {"n": place, "error": found}
    return ""


def _conditions(lines: Any, operation: Operation) -> str:
    if not isinstance(lines, list) or len(lines) > MOST_LINES:
        return _("At most %(n)d lines.") % {"n": MOST_LINES}
    for place, line in enumerate(lines, 1):
        name, condition = str(line.get("field_name", "")), str(line.get("condition", ""))
        found = ""
        if name not in operation.conditions:
            names = ", ".join(operation.conditions)
            found = _("“%(name)s” is no field of this window. It has %(names)s.") % {"name": name, "names": names}
        elif condition not in conditions.OPERATORS:
            found = _("Choose a condition.")
        elif line.get("relative") and condition not in conditions.WITHOUT_VALUE:
            found = _relative(str(line.get("value", "")))
        if found:
            return _("Line %(n)d: %(error)s") % {"n": place, "error": found}
    return ""


def _relative(value: str) -> str:
    try:
        relative_dates.resolve(value, relative_dates.SOME_DAY)
    except relative_dates.NotADate as error:
        return str(error)
    return ""
