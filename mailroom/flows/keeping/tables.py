"""Which tables a backup holds, in which order, and how their values are written so that either database reads them."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

LEFT_OUT = frozenset({"sessions", "axes", "procrastinate"})  # sessions, wrong passwords, wake-ups
DERIVED = frozenset({"emails.searchdocument", "emails.addressword", "emails.addressgram"})  # made anew after a restore


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the kind of its values, in Django's word for it."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, the name of its key, and its columns; those of one `group` are filled together."""

    name: str
    key: str
    columns: tuple[Column, ...]
    group: int


def in_order() -> list[Table]:
    """The tables of this version, each after those that its foreign keys name."""
    left = {model: _named_by(model) for model in apps.get_models(include_auto_created=True) if is_kept(model)}
    placed: set[type[models.Model]] = set()
    found: list[Table] = []
    group = 0
    while left:
        ready = [model for model, named in left.items() if named <= placed] or list(left)
        for model in sorted(ready, key=lambda one: one._meta.db_table):
            found.append(_table(model, group))
            placed.add(model)
            del left[model]
        group += 1
    return found


def is_kept(model: type[models.Model]) -> bool:
    """Whether a backup holds the table of a model."""
    options = model._meta
    return options.app_label not in LEFT_OUT and options.label_lower not in DERIVED and options.managed


def _named_by(model: type[models.Model]) -> set[type[models.Model]]:
    fields = (field for field in model._meta.concrete_fields if field.is_relation)
    return {field.related_model for field in fields if isinstance(field.related_model, type)} - {model}


def _table(model: type[models.Model], group: int) -> Table:
    columns = tuple(Column(str(field.column), _kind(field)) for field in model._meta.concrete_fields)
    key = model._meta.pk
    return Table(model._meta.db_table, str(key.column) if key else columns[0].name, columns, group)


def _kind(field: Any) -> str:
    while field.is_relation:
        field = field.target_field
    return str(field.get_internal_type())


WRITE: dict[str, Callable[[Any], Any]] = {
    "BinaryField": lambda value: base64.b64encode(bytes(value)).decode(),
    "DateTimeField": datetime.isoformat,
    "DateField": date.isoformat,
    "TimeField": time.isoformat,
    "DecimalField": str,
    "UUIDField": str,
    "DurationField": lambda value: value // timedelta(microseconds=1),
}
READ: dict[str, Callable[[Any], Any]] = {
    "BinaryField": base64.b64decode,
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "DecimalField": Decimal,
    "UUIDField": UUID,
    "DurationField": lambda value: timedelta(microseconds=value),
}


def plain(columns: Sequence[Column], row: Sequence[Any]) -> list[Any]:
    """A row as JSON can hold it."""
    return [
        value if value is None or column.kind not in WRITE else WRITE[column.kind](value)
        for column, value in zip(columns, row, strict=True)
    ]


def valued(columns: Sequence[Column], row: Sequence[Any]) -> list[Any]:
    """A row as it was before `plain`."""
    return [
        value if value is None or column.kind not in READ else READ[column.kind](value)
        for column, value in zip(columns, row, strict=True)
    ]
