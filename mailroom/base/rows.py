"""Rows written a batch at a time without a model object for each: COPY on PostgreSQL, one statement on SQLite.

For flows that write hundreds of rows at once; windows use the ORM.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Field, JSONField, Model
from pydantic_core import PydanticSerializationError, to_json

Row = Sequence[Any]


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Ids for rows that the caller's transaction is about to insert, in rising order."""
    if not count:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return sorted(row[0] for row in cursor.fetchall())
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq", [count, table])
        found = cursor.fetchone()
        if found is None:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
        last = found[0] if found else count
        return list(range(last - count + 1, last + 1))


def insert(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows whose values stand in the order of `names` (`email_id` for a key); other columns get their defaults.

    Text must be `plain`; JSON is made so. Nothing is returned and no signal sent.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    named = [fields.pop(name) for name in names]
    rest = [field for field in fields.values() if not (field.primary_key and field.get_default() is None)]
    constants = tuple(field.get_db_prep_save(field.get_default(), connection) for field in rest)
    columns = ", ".join(connection.ops.quote_name(field.column or "") for field in (*named, *rest))
    table = connection.ops.quote_name(model._meta.db_table)
    prepared = _prepared(rows, named, constants)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {table} ({columns}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in prepared:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * (len(named) + len(rest)))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(prepared))  # noqa: S608 - names of our own models


def insert_missing(model: type[Model], names: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows of plain values, but for those that a unique key of the table has already."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(fields[name].column or "") for name in names)
    into = f"INSERT INTO {quote(model._meta.db_table)} ({columns})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{fields[name].rel_db_type(connection)}[]" for name in names)
            values = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(f"{into} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING", values)  # noqa: S608 - names of our own models
            return
        marks = ", ".join(["%s"] * len(names))
        cursor.executemany(f"{into} VALUES ({marks}) ON CONFLICT DO NOTHING", rows)


def _prepared(rows: Iterable[Row], fields: Sequence["Field[Any, Any]"], constants: tuple[Any, ...]) -> Iterable[Row]:
    """The rows as the database takes them, with the constants behind."""
    changes = [(place, change) for place, field in enumerate(fields) if (change := _change(field))]
    for row in rows:
        values = list(row)
        for place, change in changes:
            values[place] = change(values[place])
        values += constants
        yield values


def _change(field: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    """What makes a field's value one that the driver takes, or None when it is taken as it is."""
    if isinstance(field, JSONField):
        return _json
    if isinstance(field, DateTimeField) and connection.vendor == "sqlite":
        return _sqlite_moment
    return None


def _json(value: Any) -> str:
    try:
        text = to_json(value).decode()
    except PydanticSerializationError:
        return to_json(_plain_json(value)).decode()
    return to_json(_plain_json(value)).decode() if "\\u0000" in text else text


def _plain_json(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(str(key)): _plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_json(item) for item in value]
    return value


def _sqlite_moment(value: datetime | None) -> str | None:
    """As Django writes it: UTC without a zone."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if value else None


def plain(text: str) -> str:
    """Text that any database takes: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
