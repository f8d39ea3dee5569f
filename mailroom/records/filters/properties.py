"""What can be filtered by: properties of a kind of record, and the conditions that each kind of value knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What a property's value is."""

    TEXT = "text"
    CHOICE = "choice"
    DAY = "day"
    NUMBER = "number"
    FLAG = "flag"


class Condition(StrEnum):
    """How a value is compared."""

    EQUALS = "equals"
    DIFFERS = "not_equal"
    GREATER = "greater"
    AT_LEAST = "at_least"
    LESS = "less"
    AT_MOST = "at_most"
    CONTAINS = "contains"
    LACKS = "does_not_contain"
    STARTS = "starts_with"
    ENDS = "ends_with"
    BETWEEN = "between"
    EMPTY = "empty"
    FILLED = "not_empty"


WITHOUT_VALUE = frozenset({Condition.EMPTY, Condition.FILLED})
_COMPARED = {
    Condition.EQUALS: _("Equals"),
    Condition.DIFFERS: _("Does not equal"),
    Condition.GREATER: _("Is greater than"),
    Condition.AT_LEAST: _("Is greater than or equal to"),
    Condition.LESS: _("Is less than"),
    Condition.AT_MOST: _("Is less than or equal to"),
    Condition.BETWEEN: _("Is between"),
}
_EMPTY = {Condition.EMPTY: _("Is empty"), Condition.FILLED: _("Is not empty")}
CONDITIONS: dict[Kind, dict[Condition, Any]] = {
    Kind.TEXT: {
        Condition.CONTAINS: _("Contains"),
        Condition.LACKS: _("Does not contain"),
        Condition.STARTS: _("Starts with"),
        Condition.ENDS: _("Ends with"),
        **_COMPARED,
        **_EMPTY,
    },
    Kind.CHOICE: {Condition.EQUALS: _("Equals"), Condition.DIFFERS: _("Does not equal"), **_EMPTY},
    Kind.NUMBER: _COMPARED | _EMPTY,
    Kind.DAY: {
        Condition.EQUALS: _("Equals"),
        Condition.DIFFERS: _("Does not equal"),
        Condition.GREATER: _("Is after"),
        Condition.AT_LEAST: _("Is on or after"),
        Condition.LESS: _("Is before"),
        Condition.AT_MOST: _("Is on or before"),
        Condition.BETWEEN: _("Is between"),
        **_EMPTY,
    },
    Kind.FLAG: {Condition.EQUALS: _("Equals")},
}


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its key, its label, the model field, and for a choice its values with their words."""

    key: str
    label: Any
    kind: Kind
    field: str
    choices: Sequence[tuple[str, Any]] = ()

    @property
    def conditions(self) -> dict[Condition, Any]:
        """The conditions it knows, the usual one first."""
        return CONDITIONS[self.kind]

    def words(self, value: str) -> str:
        """A value as a person reads it."""
        return str(dict(self.choices).get(value, value))


def find(properties: Sequence[Property], key: str) -> Property | None:
    """The property with this key."""
    return next((one for one in properties if one.key == key), None)
