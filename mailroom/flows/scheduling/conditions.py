"""The Conditions tab of SM205020: lines of field, condition and values that narrow what a run works on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.flows.scheduling.operations import Condition, Text

OPERATORS: dict[str, Text] = {
    "equals": gettext_lazy("Equals"),
    "not_equal": gettext_lazy("Does not equal"),
    "greater": gettext_lazy("Is greater than"),
    "greater_or_equal": gettext_lazy("Is greater than or equal to"),
    "less": gettext_lazy("Is less than"),
    "less_or_equal": gettext_lazy("Is less than or equal to"),
    "contains": gettext_lazy("Contains"),
    "starts_with": gettext_lazy("Starts with"),
    "ends_with": gettext_lazy("Ends with"),
    "not_contain": gettext_lazy("Does not contain"),
    "between": gettext_lazy("Is between"),
    "empty": gettext_lazy("Is empty"),
    "not_empty": gettext_lazy("Is not empty"),
}
WITHOUT_VALUE = frozenset({"empty", "not_empty"})
OF_TEXT = {"contains": "icontains", "starts_with": "istartswith", "ends_with": "iendswith"}
DAY = timedelta(days=1)


class Wrong(ValueError):
    """A condition that says nothing; the text tells why."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that conditions may name: where it is in the rows, and whether it is a moment or text."""

    lookup: str
    moment: bool = False


def query(lines: Iterable[Condition], fields: Mapping[str, Field], zone: tzinfo) -> Q:
    """All conditions at once; raises Wrong. Dates are whole days in `zone`."""
    found = Q()
    for line in lines:
        if line.field not in fields:
            raise Wrong(_("There is no field “%(name)s” here.") % {"name": line.field})
        if line.operator not in OPERATORS:
            raise Wrong(_("There is no condition “%(name)s”.") % {"name": line.operator})
        field = fields[line.field]
        found &= _moment(line, field.lookup, zone) if field.moment else _text(line, field.lookup)
    return found


def _text(line: Condition, lookup: str) -> Q:
    operator = line.operator
    if operator in WITHOUT_VALUE:
        nothing = Q(**{lookup: ""})
        return nothing if operator == "empty" else ~nothing
    if operator in OF_TEXT:
        return Q(**{f"{lookup}__{OF_TEXT[operator]}": line.value})
    if operator == "not_contain":
        return ~Q(**{f"{lookup}__icontains": line.value})
    if operator == "between":
        return Q(**{f"{lookup}__gte": line.value, f"{lookup}__lte": line.value2})
    if operator in {"equals", "not_equal"}:
        same = Q(**{f"{lookup}__iexact": line.value})
        return same if operator == "equals" else ~same
    compare = {"greater": "gt", "greater_or_equal": "gte", "less": "lt", "less_or_equal": "lte"}[operator]
    return Q(**{f"{lookup}__{compare}": line.value})


def _moment(line: Condition, lookup: str, zone: tzinfo) -> Q:
    operator = line.operator
    if operator in WITHOUT_VALUE:
        return Q(**{f"{lookup}__isnull": operator == "empty"})
    start = _start_of(line.value, zone)
    end = start + DAY
    spans = {
        "equals": Q(**{f"{lookup}__gte": start, f"{lookup}__lt": end}),
        "not_equal": ~Q(**{f"{lookup}__gte": start, f"{lookup}__lt": end}),
        "greater": Q(**{f"{lookup}__gte": end}),
        "greater_or_equal": Q(**{f"{lookup}__gte": start}),
        "less": Q(**{f"{lookup}__lt": start}),
        "less_or_equal": Q(**{f"{lookup}__lt": end}),
    }
    if operator == "between":
        return Q(**{f"{lookup}__gte": start, f"{lookup}__lt": _start_of(line.value2, zone) + DAY})
    if operator not in spans:
        raise Wrong(_("“%(condition)s” does not fit a date.") % {"condition": OPERATORS[operator]})
    return spans[operator]


def _start_of(text: str, zone: tzinfo) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), zone)
    except ValueError:
        raise Wrong(_("“%(text)s” is no date. Write it as 2026-11-24.") % {"text": text}) from None
