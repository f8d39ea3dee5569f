"""How commands print: data to standard output, messages to standard error.

Mail and servers choose many of the words: signs that a terminal would obey are printed as they are written in Python.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

# What moves the cursor, sets titles, fills the clipboard (ECMA-48), or turns the direction of letters.
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class WrongUse(Exception):
    """What was asked cannot be; the text says what to do. Exit status 2."""


def shown(text: str, kept: str = "") -> str:
    """A text without anything that a terminal obeys, but for the signs that are `kept`."""
    return OBEYED.sub(lambda found: found[0] if found[0] in kept else repr(found[0])[1:-1], text)


def say(text: str) -> None:
    """A message for the person at the terminal."""
    print(shown(text, "\n"), file=sys.stderr)


def tell(text: str) -> None:
    """Lines of data, as people read them."""
    print(shown(text, "\n\t"))


def as_json(value: Any) -> str:
    """One JSON value on one line; what a terminal would obey is escaped, which changes no value."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    print(as_json(value))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """A table with a head, columns as wide as their content."""
    texts = [[shown(str(row[name])) if row.get(name) is not None else "" for name in columns] for row in rows]
    widths = [max([len(name), *(len(text[place]) for text in texts)]) for place, name in enumerate(columns)]
    for line in [list(columns), *texts]:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
