"""Conditions in a record's form: the lines of a filter, a row each, as assignment rules and marketing lists have."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from mailroom.records.filters import lines
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.filters.properties import CONDITIONS, Property, find

EMPTY_ROWS = 3
PARTS = ("opened", "property", "condition", "value", "value2", "closed", "then")
BRACKETS = [(str(n), "") if not n else (str(n), "(" * n) for n in range(lines.MOST_BRACKETS + 1)]
CLOSING = [(number, marks.replace("(", ")")) for number, marks in BRACKETS]
WORDS = {str(key): label for by_kind in CONDITIONS.values() for key, label in by_kind.items()}


class LineForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A record whose `conditions` are lines; a line without a property is left out. `kit/_lines.html` shows them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.properties = self.properties_of()
        saved = lines.of(self.instance.conditions or [])
        sent = sum(1 for number in range(lines.MOST_LINES) if f"line{number}_property" in self.data)
        self.count = min(lines.MOST_LINES, max(len(saved) + EMPTY_ROWS, sent))
        for number in range(self.count):
            line = saved[number] if number < len(saved) else Line("", "")
            for part, field in _line_fields(line, self.properties).items():
                self.fields[f"line{number}_{part}"] = field

    def properties_of(self) -> Sequence[Property]:
        """What the lines can ask for."""
        return ()

    @property
    def rows(self) -> Iterator[tuple[forms.BoundField, ...]]:
        """The lines as the page shows them."""
        for number in range(self.count):
            yield tuple(self[f"line{number}_{part}"] for part in PARTS)

    def conditions(self) -> list[tuple[int, Line]]:
        """The lines that were filled in, with the numbers of their rows."""
        found = []
        for number in range(self.count):
            given = {part: self.cleaned_data.get(f"line{number}_{part}") or "" for part in PARTS}
            if given["property"]:
                known = find(self.properties, given["property"])
                given["value"] = _key_of(given["value"], known)
                given |= {"opened": int(given["opened"] or 0), "closed": int(given["closed"] or 0)}
                found.append((number, lines.of([given])[0]))
        return found

    def tell(self, wrong: Wrong) -> None:
        """Show what is wrong at the rows that it is wrong in."""
        rows = self.conditions()
        for number, words in wrong.errors.items():
            row = rows[number][0] if 0 <= number < len(rows) else 0
            self.add_error(f"line{row}_value", words)


def _line_fields(line: Line, properties: Sequence[Property]) -> dict[str, forms.Field]:
    names = [("", "—"), *((one.key, one.label) for one in properties)]
    known = find(properties, line.property)
    value = known.words(line.value) if known is not None else line.value

    def choice(label: Any, options: Any, chosen: Any) -> forms.Field:
        return forms.ChoiceField(label=label, required=False, choices=options, initial=chosen)

    def text(label: Any, given: str) -> forms.Field:
        return forms.CharField(label=label, required=False, max_length=lines.LONGEST_VALUE, initial=given)

    return {
        "opened": choice(_("Opening brackets"), BRACKETS, str(line.opened)),
        "property": choice(_("Property"), names, line.property),
        "condition": choice(_("Condition"), list(WORDS.items()), line.condition),
        "value": text(_("Value"), value),
        "value2": text(_("Value 2"), line.value2),
        "closed": choice(_("Closing brackets"), CLOSING, str(line.closed)),
        "then": choice(_("And or or"), [("and", _("And")), ("or", _("Or"))], line.then),
    }


def _key_of(value: str, known: Property | None) -> str:
    """A choice may be typed by its words."""
    options = known.choices if known is not None else ()
    by_words = {str(words).casefold(): str(key) for key, words in options}
    return by_words.get(value.casefold(), value)
