"""HTML that is made in Python where a template would have to make thousands of pieces a page: cells, rows, commands."""

from html import escape
from typing import Any

from django.utils.safestring import SafeString


def text(value: Any) -> str:
    """`value` as it may stand in an element or in a quoted attribute: safe HTML as it is, all else escaped."""
    safe = getattr(value, "__html__", None)
    return str(safe()) if safe is not None else escape(str(value))


def attribute(name: str, value: Any) -> str:
    """` name="value"`; nothing where there is no value."""
    return f' {name}="{text(value)}"' if value not in ("", None) else ""


def joined(pieces: list[str]) -> SafeString:
    """Finished pieces as one safe piece."""
    return SafeString("".join(pieces))
