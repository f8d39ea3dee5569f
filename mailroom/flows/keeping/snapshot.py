"""A view of the whole database at one moment, beside everything that goes on: nothing waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col

from mailroom.flows.keeping.tables import Table

ROWS = 500
CONVERTED = frozenset({"DateTimeField", "DateField", "TimeField", "UUIDField", "BooleanField", "DurationField"})


@contextmanager
def of_now() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own whose reads all see one moment."""
    reader = connection.copy()
    reader.settings_dict["OPTIONS"] = {
        name: value for name, value in reader.settings_dict["OPTIONS"].items() if name != "transaction_mode"
    }
    try:
        if reader.vendor == "postgresql":
            reader.set_autocommit(False)
            _run(reader, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            _run(reader, "BEGIN")  # deferred: it takes no lock, and the first read fixes the moment
        yield reader
    finally:
        reader.close()


def rows(reader: BaseDatabaseWrapper, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table by its key, in batches, as the database's own driver and Django's give them."""
    quote = reader.ops.quote_name
    names = ", ".join(quote(column.name) for column in table.columns)
    converters = [_converters(reader, column.kind) for column in table.columns]
    with reader.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {quote(table.name)} ORDER BY {quote(table.key)}")  # noqa: S608 our own names
        while batch := cursor.fetchmany(ROWS):
            yield [
                tuple(_converted(reader, value, some) for value, some in zip(row, converters, strict=True))
                for row in batch
            ]


def _converters(reader: BaseDatabaseWrapper, kind: str) -> list[tuple[Any, Any]]:
    """What Django's backend does to raw values of a kind; what our fields do on top (unsealing) is left out."""
    if kind not in CONVERTED:
        return []
    expression = Col("t", getattr(models, kind)())
    return [(convert, expression) for convert in reader.ops.get_db_converters(expression)]


def _converted(reader: BaseDatabaseWrapper, value: Any, converters: list[tuple[Any, Any]]) -> Any:
    for convert, expression in converters:
        value = convert(value, expression, reader)
    return value


def _run(reader: BaseDatabaseWrapper, statement: str) -> None:
    with reader.cursor() as cursor:
        cursor.execute(statement)
