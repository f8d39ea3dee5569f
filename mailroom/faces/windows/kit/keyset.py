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

from mailroom.faces.windows.kit import related

PAGE = 50


@dataclass(frozen=True, slots=True)
class Key:
    """One field that a list is ordered by, up or down."""

    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: one field or several, the first one first, made unique by the primary key."""

    keys: tuple[Key, ...]

    @classmethod
    def read(cls, text: str) -> "Order":
        """From "-date", "subject" or "from_key,-date"."""
        return cls(tuple(Key(name.lstrip("-"), name.startswith("-")) for name in text.split(",")))

    def __str__(self) -> str:
        return ",".join(map(str, self.keys))

    @property
    def valued(self) -> tuple[Key, ...]:
        """The keys before the primary key, which ends every order."""
        names = [key.field for key in self.keys]
        return self.keys[: names.index("pk")] if "pk" in names else self.keys

    @property
    def last_descends(self) -> bool:
        """The direction of the primary key: that of the last field, so that one index serves both."""
        return self.keys[len(self.valued) if len(self.valued) < len(self.keys) else -1].descending


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: the order's values and the key of the row beside it, and that row's number (0 = unknown)."""

    values: tuple[Any, ...]
    key: int
    number: int = 0

    def __str__(self) -> str:
        packed = json.dumps([list(self.values), self.key, self.number], separators=(",", ":"), default=_plain)
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _plain(value: Any) -> str:
    """A value that JSON does not know, as its field reads it again."""
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


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
        values, key, number = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        fields = [field_of(model, one.field) for one in order.valued]
        read = (None if value is None else field.to_python(value) for field, value in zip(fields, values, strict=True))
        return Cursor(tuple(read), int(key), max(0, int(number)))
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
    by = [_term(rows.model, key, reverse) for key in order.valued]
    return rows.order_by(*by, "-pk" if order.last_descends != reverse else "pk")


def _term(model: type[Model], key: Key, reverse: bool) -> Any:
    down = key.descending != reverse
    if not may_be_null(model, key.field):
        return f"-{key.field}" if down else key.field
    by = F(key.field)
    where: dict[str, Any] = {"nulls_first": True} if reverse else {"nulls_last": True}
    return by.desc(**where) if down else by.asc(**where)


def beyond(rows: QuerySet[Any], order: Order, cursor: Cursor, reverse: bool = False) -> QuerySet[Any]:
    """The rows after the cursor (before it with `reverse`)."""
    less = order.last_descends != reverse
    further = Q(pk__lt=cursor.key) if less else Q(pk__gt=cursor.key)
    for key, value in reversed(list(zip(order.valued, cursor.values, strict=True))):
        further = _past(key, value, reverse, further, may_be_null(rows.model, key.field))
    return rows.filter(further)


def _past(key: Key, value: Any, reverse: bool, rest: Q, nullable: bool) -> Q:
    """Past the value in this field, or level with it and past the rest."""
    empty = Q(**{f"{key.field}__isnull": True})
    if value is None:
        return (empty & rest) | ~empty if reverse else empty & rest
    op = "lt" if key.descending != reverse else "gt"
    # The outer bound lets the database begin at the index entry instead of walking all the rows before it.
    bound = Q(**{f"{key.field}__{op}e": value})
    past = bound & (Q(**{f"{key.field}__{op}": value}) | rest)
    return past | empty if nullable and not reverse else past


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
    got = _read(rows, ordered(found, order, reverse=backwards)[: take + 1])
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


def _read(rows: QuerySet[Any], wanted: QuerySet[Any]) -> list[Any]:
    """The wanted rows in their order; their keys come first, without a join that SQLite's planner might begin with."""
    if not rows.query.select_related:
        return list(wanted)
    keys = list(wanted.select_related(None).values_list("pk", flat=True))
    found = {row.pk: row for row in related.read(rows, keys)}
    return [found[key] for key in keys if key in found]


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
    return Cursor(tuple(value_of(row, key.field) for key in order.valued), row.pk, number)
