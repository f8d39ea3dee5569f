"""The lines of Filter values and Conditions: read from what was posted, and shown with the controls that fit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from mailroom.base import relative_dates
from mailroom.flows.scheduling import conditions, operations
from mailroom.flows.scheduling.operations import Operation

NAME = re.compile(r"(filter|condition)-(\d{1,4})-field_name")
PARTS = {
    "filter": ("field_name", "value"),
    "condition": ("field_name", "condition", "value", "value2"),
}
BOXES = {"filter": ("active", "relative", "ignore_error"), "condition": ("active", "relative")}
MOST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the table shows it; `choices` are the values its field may have, none for any text."""

    kind: str
    number: int
    values: Mapping[str, Any]
    fields: Sequence[str]
    choices: Sequence[str]
    operators: Sequence[tuple[str, str | Promise]]

    @property
    def prefix(self) -> str:
        """How the names of its controls begin."""
        return f"{self.kind}-{self.number}"

    @property
    def relative(self) -> Sequence[str]:
        """The relative dates that a value may be."""
        return relative_dates.WRITTEN


def posted(data: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """The lines of a posted form that name a field, in the order of the table."""
    numbers = [int(found[2]) for name in data if (found := NAME.fullmatch(name)) and found[1] == kind]
    lines = (_one(data, kind, number) for number in sorted(numbers)[:MOST])
    return [line for line in lines if line["field_name"]]


def _one(data: Mapping[str, Any], kind: str, number: int) -> dict[str, Any]:
    texts = {part: str(data.get(f"{kind}-{number}-{part}", "")).strip()[:200] for part in PARTS[kind]}
    return texts | {box: bool(data.get(f"{kind}-{number}-{box}")) for box in BOXES[kind]}


def shown(kind: str, values: Sequence[Mapping[str, Any]], window_id: str, action: str) -> list[Line]:
    """The stored lines and an empty one to fill in."""
    empty = {"active": True}
    return [line(kind, place, one, window_id, action) for place, one in enumerate([*values, empty])]


def line(kind: str, number: int, values: Mapping[str, Any], window_id: str, action: str) -> Line:
    """One line with the fields of its window's action."""
    operation = _operation(window_id, action)
    name = str(values.get("field_name", ""))
    if operation is None:
        return Line(kind, number, values, (), (), tuple(conditions.OPERATORS.items()))
    fields = tuple(operation.fields) if kind == "filter" else tuple(operation.conditions)
    choices = operation.choices(name) if kind == "filter" and not values.get("relative") else ()
    return Line(kind, number, values, fields, choices, tuple(conditions.OPERATORS.items()))


def read(data: Mapping[str, Any], kind: str, number: int) -> dict[str, Any]:
    """One posted line."""
    return _one(data, kind, number)


def _operation(window_id: str, action: str) -> Operation | None:
    """The action of a window; for one that is not among them the first, as the page then offers it."""
    known = operations.of_window(window_id)
    return next((one for one in known if one.action == action), next(iter(known), None))
