"""Paging by key: a page begins after the last row of the one before it, so page 2,000 costs what page 1 costs."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet

PAGE = 50


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: one field, up or down, made unique by the key."""

    field: str
    descending: bool = False

    @classmethod
    def read(cls, text: str) -> "Order":
        """From "-date" or "subject"."""
        return cls(text.lstrip("-"), text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: the order's value and the key of the row beside it, and that row's number (0 = unknown)."""

    value: Any
    key: int
    number: int = 0

    def __str__(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, (datetime, date)) else self.value
        packed = json.dumps([value, self.key, self.number], separators=(",", ":"), default=str)
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, and the cursors of its neighbours (empty where there is none)."""

    rows: list[Any]
    first_number: int
    before: str
    after: str


def read_cursor(text: str, model: type[Model], order: Order) -> Cursor | None:
    """The cursor that a link carries; None when it is not one of ours (the first page is shown then)."""
    try:
        value, key, number = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        field = field_of(model, order.field)
        if value is not None:
            value = field.to_python(value)
        return Cursor(value, int(key), max(0, int(number)))
    except (ValueError, TypeError, binascii.Error, ValidationError, OverflowError):
        return None


def field_of(model: type[Model], path: str) -> Any:
    """The model field at the end of a path such as "owner__name"; raises FieldDoesNotExist."""
    field: Any = None
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        if field is None:
            raise FieldDoesNotExist(path)
        model = getattr(field, "related_model", None) or model
    return field


def may_be_null(model: type[Model], path: str) -> bool:
    """Whether rows can lack the value: the field, or a link on the way to it, is nullable."""
    for name in path.split("__"):
        field: Field[Any, Any] = field_of(model, name)
        if getattr(field, "null", False):
            return True
        model = getattr(field, "related_model", None) or model
    return False


def value_of(row: Any, path: str) -> Any:
    """The value of a row that its list is ordered by."""
    for name in path.split("__"):
        if row is None:
            return None
        row = getattr(row, name, None)
    return row


def ordered(rows: QuerySet[Any], order: Order, reverse: bool = False) -> QuerySet[Any]:
    """The rows in their order (or walked backwards); rows without a value come last."""
    down = order.descending != reverse
    if not may_be_null(rows.model, order.field):
        sign = "-" if down else ""
        return rows.order_by(f"{sign}{order.field}", f"{sign}pk") if order.field != "pk" else rows.order_by(f"{sign}pk")
    by = F(order.field)
    where: dict[str, Any] = {"nulls_first": True} if reverse else {"nulls_last": True}
    first = by.desc(**where) if down else by.asc(**where)
    return rows.order_by(first, "-pk" if down else "pk")


def beyond(rows: QuerySet[Any], order: Order, cursor: Cursor, reverse: bool = False) -> QuerySet[Any]:
    """The rows after the cursor (before it with `reverse`)."""
    less = order.descending != reverse
    further = Q(pk__lt=cursor.key) if less else Q(pk__gt=cursor.key)
    if order.field == "pk":
        return rows.filter(further)
    nullable = may_be_null(rows.model, order.field)
    empty = Q(**{f"{order.field}__isnull": True})
    if cursor.value is None:
        return rows.filter((empty & further) | ~empty) if reverse else rows.filter(empty & further)
    op = "lt" if less else "gt"
    # The outer bound lets the database begin at the index entry instead of walking all the rows before it.
    bound = Q(**{f"{order.field}__{op}e": cursor.value})
    past = bound & (Q(**{f"{order.field}__{op}": cursor.value}) | further)
    return rows.filter(past | empty) if nullable and not reverse else rows.filter(past)


def page(
    rows: QuerySet[Any],
    order: Order,
    after: Cursor | None = None,
    before: Cursor | None = None,
    last: int | None = None,
    size: int = PAGE,
) -> Page:
    """One page after or before a cursor; `last` is the count of all rows when the last page is wanted (-1: unknown)."""
    backwards = before is not None or last is not None
    found = beyond(rows, order, before, reverse=True) if before else beyond(rows, order, after) if after else rows
    take = size
    if last is not None and last > 0:
        take = last % size or size
    got = list(ordered(found, order, reverse=backwards)[: take + 1])
    more, got = len(got) > take, got[:take]
    if backwards:
        got.reverse()
    number = first_number(got, after, before, last)
    has_before = more if backwards else after is not None
    has_after = before is not None if backwards else more
    return Page(
        got,
        number,
        str(cursor(got[0], order, number)) if got and has_before else "",
        str(cursor(got[-1], order, number + len(got) - 1 if number else 0)) if got and has_after else "",
    )


def first_number(got: Sequence[Any], after: Cursor | None, before: Cursor | None, last: int | None) -> int:
    """The number of the page's first row, counted from 1; 0 when nobody counted."""
    if last is not None:
        return max(0, last - len(got) + 1) if last > 0 else 0
    if before is not None:
        return max(1, before.number - len(got)) if before.number else 0
    if after is not None:
        return after.number + 1 if after.number else 0
    return 1


def cursor(row: Any, order: Order, number: int) -> Cursor:
    """The cursor that stands at this row."""
    return Cursor(value_of(row, order.field), row.pk, number)
