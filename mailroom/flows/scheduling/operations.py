"""The actions that schedules can run: registered by the flows behind the windows that own them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.utils.functional import Promise

Text = str | Promise
Choices = Sequence[str] | Callable[[], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the Conditions tab, its relative dates resolved."""

    field: str
    operator: str
    value: str = ""
    value2: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked to do: the window's filter values by field name, conditions, and how to go on."""

    values: Mapping[str, str]
    conditions: Sequence[Condition]
    now: datetime
    renew: Callable[[], bool]  # call it now and then on long work; False means stop
    zone: tzinfo = UTC  # the schedule's: dates of conditions are days there


@dataclass(slots=True)
class Report:
    """What a run came to: counts, and a line for each warning and error."""

    processed: int = 0
    warnings: int = 0
    errors: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def error(self, subject: str, text: str) -> None:
        """Add one error line."""
        self.errors += 1
        self.lines.append({"kind": "error", "subject": subject, "text": text})

    def warning(self, subject: str, text: str) -> None:
        """Add one warning line."""
        self.warnings += 1
        self.lines.append({"kind": "warning", "subject": subject, "text": text})


@dataclass(frozen=True, slots=True)
class Operation:
    """An action of a window.

    `fields` are the names its Filter values may set, with their choices (none: any text), or what gives them;
    `conditions` are the names that its Conditions may compare.
    """

    window_id: str
    action: str
    label: Text
    run: Callable[[Order], Report]
    fields: Mapping[str, Choices]
    conditions: Sequence[str] = ()

    def choices(self, name: str) -> Sequence[str]:
        """The values that a filter value may have; empty when any will do."""
        found = self.fields.get(name, ())
        return found() if callable(found) else found


_operations: dict[tuple[str, str], Operation] = {}


class UnknownOperation(LookupError):
    """No window offers this action to schedules."""


def register(operation: Operation) -> None:
    """Offer an action to schedules."""
    _operations[operation.window_id, operation.action] = operation


def find(window_id: str, action: str) -> Operation:
    """The action of a window; raises UnknownOperation."""
    try:
        return _operations[window_id, action]
    except KeyError:
        raise UnknownOperation(f"The window {window_id} offers no action {action!r} to schedules.") from None


def of_window(window_id: str) -> list[Operation]:
    """All actions of a window."""
    return [operation for operation in _operations.values() if operation.window_id == window_id]


def windows() -> list[str]:
    """The ids of the windows that offer actions."""
    return sorted({operation.window_id for operation in _operations.values()})
