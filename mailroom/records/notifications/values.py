"""The values of a template: found by name in the scopes around a place, and written as the reader's language does."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import gettext as _

Scope = Mapping[str, Any]
TEST = re.compile(
    r"^\s*(?P<not>not\s+)?(?P<name>[A-Za-z_][\w.]*)\s*(?:(?P<op>==|=|!=|<>|<=|>=|<|>)\s*(?P<to>.+?))?\s*$"
)
QUOTED = re.compile(r"""^(["'])(.*)\1$""", re.DOTALL)
ABSENT = object()


def find(name: str, scopes: Sequence[Scope]) -> Any:
    """The value of a name in the innermost scope that has it, or ABSENT; a view of rows stands for its first row."""
    for scope in reversed(scopes):
        if name in scope:
            return scope[name]
        head, dot, rest = name.partition(".")
        while dot:
            if head in scope:
                inner = scope[head]
                if isinstance(inner, (list, tuple)):
                    inner = inner[0] if inner else {rest: None}
                if isinstance(inner, Mapping) and (found := find(rest, [inner])) is not ABSENT:
                    return found
            more, dot, rest = rest.partition(".")
            head = f"{head}.{more}"
    return ABSENT


def rows(view: str, scopes: Sequence[Scope]) -> list[Scope]:
    """The rows of a view; none when there is no such view."""
    found = find(view, scopes)
    return list(found) if isinstance(found, (list, tuple)) else []


def words(value: Any) -> str:
    """A value as the active language writes it; a text, marked safe or not, stays as it is."""
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{date_format(moment, 'DATE_FORMAT')} {time_format(moment, 'H:i')}"
    if isinstance(value, dt.date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, (int, float, Decimal)):
        return number_format(value, use_l10n=True, force_grouping=True)
    return str(value)


def name_of_test(test: str) -> str:
    """The name that a test asks for; empty when it is no test."""
    found = TEST.match(test)
    return found["name"] if found else ""


def holds(test: str, scopes: Sequence[Scope]) -> bool:
    """Whether a test holds: `Name`, `not Name`, or `Name = 'text'` with =, !=, <, <=, >, >=."""
    found = TEST.match(test)
    if found is None:
        return False
    value = find(found["name"], scopes)
    value = None if value is ABSENT else value
    truth = _compare(value, found["op"], found["to"]) if found["op"] else bool(value)
    return not truth if found["not"] else truth


def _compare(value: Any, operator: str, literal: str) -> bool:
    left, right = _pair(value, QUOTED.sub(r"\2", literal))
    outcomes: dict[str, bool] = {
        "=": left == right,
        "==": left == right,
        "!=": left != right,
        "<>": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }
    return outcomes[operator]


def _pair(value: Any, literal: str) -> tuple[Any, Any]:
    """Both sides as numbers where they are such, else as text without regard to case; dates in ISO form."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        try:
            number = Decimal(literal)
        except ArithmeticError:
            return str(value), literal
        return (Decimal(str(value)), number) if number.is_finite() else (str(value), literal)
    if isinstance(value, dt.date):
        return value.isoformat()[: len(literal)], literal
    text = ("true" if value else "false") if isinstance(value, bool) else "" if value is None else str(value)
    return text.casefold(), literal.casefold()
