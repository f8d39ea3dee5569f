"""The lines of a filter as they are typed, stored and sent: Property, Condition, Value, Value 2, brackets, and/or."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

MOST_LINES = 30
MOST_BRACKETS = 3
LONGEST_VALUE = 500
LONGEST_ADDRESS = 4_000  # what an address may carry; saved filters may be longer


class Wrong(ValueError):
    """A filter that makes no sense; `errors` has a sentence for each line, by its number from 0 (-1: the whole)."""

    def __init__(self, errors: dict[int, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `then` joins it to the next one: "and" or "or"."""

    property: str
    condition: str
    value: str = ""
    value2: str = ""
    opened: int = 0
    closed: int = 0
    then: str = "and"


def read(text: str) -> tuple[Line, ...]:
    """Lines from JSON, as addresses and the API carry them; raises Wrong."""
    if len(text) > LONGEST_ADDRESS:
        raise Wrong({-1: _("The filter is too long for an address. Save it under a name and use its tab.")})
    try:
        rows = json.loads(text) if text.strip() else []
    except (ValueError, RecursionError):
        raise Wrong({-1: _("The filter cannot be read. It is a list of lines in JSON.")}) from None
    return of(rows)


def of(rows: Any) -> tuple[Line, ...]:
    """Lines from plain values; raises Wrong."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Wrong({-1: _("The filter cannot be read. It is a list of lines in JSON.")})
    if len(rows) > MOST_LINES:
        raise Wrong({-1: _("A filter has at most %(n)d lines.") % {"n": MOST_LINES}})
    return tuple(_line(row) for row in rows)


def _line(row: dict[str, Any]) -> Line:
    def text(name: str) -> str:
        value = row.get(name, "")
        return (str(value) if isinstance(value, str | int | float) else "")[:LONGEST_VALUE].replace("\x00", "").strip()

    def count(name: str) -> int:
        value = row.get(name, 0)
        return max(0, min(MOST_BRACKETS, value)) if isinstance(value, int) else 0

    return Line(
        text("property"),
        text("condition"),
        text("value"),
        text("value2"),
        count("opened"),
        count("closed"),
        "or" if text("then").lower() == "or" else "and",
    )


def plain(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines as plain values, without what is not said."""
    return [{name: value for name, value in asdict(line).items() if value not in ("", 0, "and")} for line in lines]


def write(lines: Sequence[Line]) -> str:
    """The lines as short JSON."""
    return json.dumps(plain(lines), ensure_ascii=False, separators=(",", ":")) if lines else ""


def without(lines: Sequence[Line], number: int) -> tuple[Line, ...]:
    """The lines without one; brackets that it opened or closed alone go with it or move to its neighbour."""
    kept = [line for place, line in enumerate(lines) if place != number]
    gone = lines[number]
    surplus = gone.opened - gone.closed
    if surplus > 0 and number < len(kept):
        kept[number] = replace(kept[number], opened=min(MOST_BRACKETS, kept[number].opened + surplus))
    elif surplus < 0 and number > 0:
        before = kept[number - 1]
        kept[number - 1] = replace(before, closed=min(MOST_BRACKETS, before.closed - surplus))
    return tuple(_without_needless(line, len(kept)) for line in kept)


def _without_needless(line: Line, count: int) -> Line:
    """A line that stands alone, or in brackets of its own, needs none."""
    both = min(line.opened, line.closed)
    return (
        replace(line, opened=0, closed=0)
        if count == 1
        else replace(line, opened=line.opened - both, closed=line.closed - both)
    )
