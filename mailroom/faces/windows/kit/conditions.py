"""When a field is enabled: the same words decide on the server and in the browser (`data-enabled-when`)."""

from collections.abc import Callable
from typing import Any


def holds(condition: str, value_of: Callable[[str], Any]) -> bool:
    """Whether "confirm_receipt protocol=IMAP|POP3 !suspended" is true; all of its parts must be."""
    return all(part_holds(part, value_of) for part in condition.split())


def part_holds(part: str, value_of: Callable[[str], Any]) -> bool:
    """One part: `field`, `!field` or `field=A|B`."""
    name, equals, wanted = part.partition("=")
    if equals:
        return str(value_of(name)) in wanted.split("|")
    if name.startswith("!"):
        return not value_of(name[1:])
    return bool(value_of(name))
