"""How commands print: data to standard output, messages to standard error."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any


class WrongUse(Exception):
    """What was asked cannot be; the text says what to do. Exit status 2."""


def say(text: str) -> None:
    """A message for the person at the terminal."""
    print(text, file=sys.stderr)


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    print(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """A table with a head, columns as wide as their content."""
    texts = [[str(row.get(name, "") if row.get(name) is not None else "") for name in columns] for row in rows]
    widths = [max([len(name), *(len(text[place]) for text in texts)]) for place, name in enumerate(columns)]
    for line in [list(columns), *texts]:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
