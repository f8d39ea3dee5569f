"""The Conditions tab of SM205020: lines of field, condition and values that narrow what a run works on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.flows.scheduling.operations import Condition, Text
from mailroom.records.filters import lines as filter_lines
from mailroom.records.filters import meaning
from mailroom.records.filters.properties import Kind, Property

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
# The window's own words for conditions of a filter that go by another key there.
OF_A_FILTER = {"greater_or_equal": "at_least", "less_or_equal": "at_most", "not_contain": "does_not_contain"}
OF_NOTHING = {"equals": "empty", "not_equal": "not_empty"}


class Wrong(ValueError):
    """A condition that says nothing; the text tells why."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that conditions may name: where it is in the rows, and whether it is a moment or text."""

    lookup: str
    moment: bool = False


def query(lines: Iterable[Condition], fields: Mapping[str, Field], when: meaning.When) -> Q:
    """All conditions at once, as a filter means them; raises Wrong. Dates are whole days in the zone of `when`."""
    properties = [
        Property(name, name, Kind.DAY if field.moment else Kind.TEXT, field.lookup) for name, field in fields.items()
    ]
    try:
        return meaning.condition([_line(line) for line in lines], properties, when)
    except filter_lines.Wrong as error:
        raise Wrong(str(error)) from None


def _line(line: Condition) -> filter_lines.Line:
    if line.operator not in OPERATORS:
        raise Wrong(_("There is no condition “%(name)s”.") % {"name": line.operator})
    known = line.operator if line.value else OF_NOTHING.get(line.operator, line.operator)
    return filter_lines.Line(line.field, OF_A_FILTER.get(known, known), line.value, line.value2)
