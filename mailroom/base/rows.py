"""Rows found and written a batch at a time, no model object for each: COPY on PostgreSQL, one statement on SQLite.

For flows that write hundreds of rows at once; windows use the ORM.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Field, JSONField, Model
from django.db.models.expressions import RawSQL
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
    columns = ", ".join(_columns([*named, *rest]))
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
    fields = _fields(model, names)
    into = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(_columns(fields))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{into} SELECT * FROM {_arrays(fields)} ON CONFLICT DO NOTHING", _turned(rows))  # noqa: S608 - names of our own models
            return
        marks = ", ".join(["%s"] * len(names))
        cursor.executemany(f"{into} VALUES ({marks}) ON CONFLICT DO NOTHING", rows)


def update(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Give many rows values of their own: each of `rows` has the row's id first, then its values as `names` order them.

    Text must be `plain`. No signal is sent.
    """
    fields = _fields(model, ("id", *names))
    found = list(_prepared(rows, fields, ()))
    if not found:
        return
    table, (_id, *columns) = connection.ops.quote_name(model._meta.db_table), _columns(fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            changes = ", ".join(f"{column} = v.{column}" for column in columns)
            source = f"{_arrays(fields)} AS v({', '.join(_columns(fields))})"
            cursor.execute(f"UPDATE {table} SET {changes} FROM {source} WHERE {table}.id = v.id", _turned(found))  # noqa: S608 - names of our own models
            return
        changes = ", ".join(f"{column} = %s" for column in columns)
        statement = f"UPDATE {table} SET {changes} WHERE id = %s"  # noqa: S608 - names of our own models
        cursor.executemany(statement, [(*values, pk) for pk, *values in found])


def among(ids: Iterable[int]) -> RawSQL:
    """For `pk__in=among(ids)`: hundreds of ids as one value, so that the statement's text is always the same."""
    found = list(ids)
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [found])
    return RawSQL("SELECT value FROM json_each(%s)", [to_json(found).decode()])


def _fields(model: type[Model], names: Sequence[str]) -> list["Field[Any, Any]"]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return [fields[name] for name in names]


def _columns(fields: Sequence["Field[Any, Any]"]) -> list[str]:
    return [connection.ops.quote_name(field.column or "") for field in fields]


def _arrays(fields: Sequence["Field[Any, Any]"]) -> str:
    """PostgreSQL: as many rows as the arrays are long, in a statement whose text is always the same."""
    return f"unnest({', '.join(f'%s::{field.rel_db_type(connection)}[]' for field in fields)})"


def _turned(rows: Sequence[Row]) -> list[list[Any]]:
    """Rows as columns."""
    return [list(column) for column in zip(*rows, strict=True)]


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
