"""Statements that every page makes: the ORM writes the SQL of each once, afterwards only the database has work."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

from mailroom.base import rows

MOST_KEPT = 1_000  # a count of a page is some 5 kB of SQL
M = TypeVar("M", bound=Model)
Key = tuple[Hashable, ...]
Statement = tuple[str, tuple[Any, ...]]

_lock = threading.Lock()
_kept: OrderedDict[Key, Statement | None] = OrderedDict()


def values(key: Key, build: Callable[[], QuerySet[Any, Any]]) -> list[tuple[Any, ...]]:
    """The rows of the queryset that `build` gives, as the driver reads them: for numbers and text.

    `key` begins with the statement's name and has everything that the queryset depends on.
    """
    statement = _statement(key, build)
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def objects(model: type[M], key: Key, build: Callable[[], QuerySet[M]]) -> list[M]:
    """The same as objects of `model`, of whose table alone the queryset reads."""
    statement = _statement(key, build)
    return list(model._default_manager.raw(*statement)) if statement is not None else []


def by_keys(model: type[M], keys: Collection[int], without: frozenset[str] = frozenset()) -> list[M]:
    """The rows with these keys, in any order; the fields in `without` are left to be read when they are asked for."""

    def build() -> QuerySet[M]:
        return model._default_manager.order_by().defer(*without).filter(pk__in=rows.among(()))

    statement = _statement(("by keys", model, without), build)
    if statement is None or not keys:
        return []
    return list(model._default_manager.raw(statement[0], rows.among(keys).params))


def _statement(key: Key, build: Callable[[], QuerySet[Any, Any]]) -> Statement | None:
    """The SQL and its values; None where no row can meet the conditions."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    try:
        sql, parameters = build().query.sql_with_params()
        statement: Statement | None = (sql, tuple(parameters))
    except EmptyResultSet:
        statement = None
    with _lock:
        _kept[key] = statement
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return statement
