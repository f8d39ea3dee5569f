"""Reads a backup into an installation that is stopped, into the database it has, whichever the backup came from.

The tables are first brought to the state they had when the backup was made, filled, and then brought up to date like
any older installation. Queued mail whose time has passed is held for somebody's yes: it may have been sent since (T46).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from mailroom.base import secrets
from mailroom.flows.keeping import archive, emptying, tables
from mailroom.flows.keeping.backup import FORMAT, fingerprint
from mailroom.flows.keeping.tables import Column, Table
from mailroom.flows.sending import holding
from mailroom.records.emails import search
from mailroom.records.files import packs

ROWS = 500
Told = Callable[[str], None]


class Refused(Exception):
    """The backup cannot be restored here; the text says why and what to do. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was restored. `held` mails wait for a yes; `aside` is where the old database was put."""

    rows: int
    packs: int
    held: int
    aside: str
    key_restored: bool
    key_fits: bool


def load(path: Path, now: datetime, replace: bool = False, told: Told = lambda words: None) -> RestoreResult:
    """Restore a backup; raises Refused or archive.Damaged before anything is touched. `told` hears what goes on."""
    told("checking the file")
    manifest = archive.verify(path)
    _refuse_newer(manifest)
    held_here = emptying.holds()
    if held_here and not replace:
        raise Refused(f"This installation holds {held_here}. Say --replace to put the backup in their place.")
    known = [_table(one) for one in manifest["tables"]]
    _refuse_foreign(known, manifest)
    aside = emptying.empty(now)
    told("making the tables")
    _migrate_to([(app, name) for app, name in manifest["migrations"]])
    emptying.clear([table.name for table in known])
    rows, packs_written = _fill(path, {table.name: table for table in known}, told)
    told("bringing the tables up to date")
    _number_on(known)
    call_command("migrate", interactive=False, verbosity=0)
    told("making the search index")
    search.rebuild()
    return RestoreResult(
        rows,
        packs_written,
        holding.hold_stale(now),
        aside,
        bool(manifest["with_key"]),
        fingerprint(settings.KEYS) == manifest["key_fingerprint"],
    )


def _refuse_newer(manifest: dict[str, Any]) -> None:
    known = set(MigrationExecutor(connection).loader.disk_migrations or {})
    newer = [f"{app} {name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if manifest["format"] > FORMAT or newer:
        raise Refused("This backup was made by a newer version of Mailroom. Update Mailroom first, then restore it.")


def _refuse_foreign(named: list[Table], manifest: dict[str, Any]) -> None:
    """The file says into which tables and columns it goes: only those of the version that wrote it are filled."""
    loader = MigrationExecutor(connection).loader
    state = loader.project_state([(app, name) for app, name in manifest["migrations"]])
    models = [model for model in state.apps.get_models(include_auto_created=True) if tables.is_kept(model)]
    own = {model._meta.db_table: {str(field.column) for field in model._meta.concrete_fields} for model in models}
    foreign = [
        one.name for one in named if one.name not in own or not {column.name for column in one.columns} <= own[one.name]
    ]
    if foreign:
        raise Refused(
            f"This is no backup of Mailroom: it names {foreign[0]!r}, which is no table of ours as it is there."
        )


def _table(kept: dict[str, Any]) -> Table:
    columns = tuple(Column(**column) for column in kept["columns"])
    return Table(kept["name"], kept["key"], columns, kept["group"])


def _migrate_to(applied: list[tuple[str, str]]) -> None:
    """Make the tables of the version that wrote the backup, and those of apps that it leaves out."""
    graph = MigrationExecutor(connection).loader.graph
    last = [key for key in applied if not any(child.key in set(applied) for child in _children_in_app(graph, key))]
    others = [key for key in graph.leaf_nodes() if key[0] in tables.LEFT_OUT]
    executor = MigrationExecutor(connection)
    executor.migrate([*last, *others])


def _children_in_app(graph: Any, key: tuple[str, str]) -> list[Any]:
    return [child for child in graph.node_map[key].children if child.key[0] == key[0]]


def _fill(path: Path, known: dict[str, Table], told: Told) -> tuple[int, int]:
    """Put rows, packs and key where they belong, each group of tables in one transaction."""
    rows = written = 0
    for folder, parts in groupby(archive.members(path), key=lambda member: _folder(member[0])):
        if folder == "packs":
            told("files")
            written += sum(packs.lay_down(Path(name).name, content) for name, content in parts)
        elif folder == archive.KEY:
            for _name, content in parts:
                _put_key(content.read())
        elif folder.startswith("tables/"):
            rows += _fill_group(parts, known, told)
    return rows, written


def _folder(name: str) -> str:
    """What is done in one go: a group of tables, all packs, or a single member."""
    head, _mark, rest = name.partition("/")
    return f"tables/{rest[:3]}" if head == "tables" else head


def _fill_group(parts: Iterator[tuple[str, IO[bytes]]], known: dict[str, Table], told: Told) -> int:
    count, last = 0, ""
    with transaction.atomic():
        for name, content in parts:
            table = known[name.split("/")[1][4:]]
            if table.name != last:
                told(table.name)
                last = table.name
            count += _insert(table, content)
    return count


def _insert(table: Table, lines: IO[bytes]) -> int:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.name) for column in table.columns)
    places = ", ".join(["%s"] * len(table.columns))
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"  # noqa: S608 names from our own tables
    count = 0
    batch: list[list[Any]] = []
    with connection.cursor() as cursor:
        for line in lines:
            batch.append(_adapted(table.columns, tables.valued(table.columns, json.loads(line))))
            if len(batch) == ROWS:
                cursor.executemany(statement, batch)
                count, batch = count + len(batch), []
        if batch:
            cursor.executemany(statement, batch)
    return count + len(batch)


def _adapted(columns: tuple[Column, ...], row: list[Any]) -> list[Any]:
    """A row as this database's driver takes it."""
    adapt: dict[str, Callable[[Any], Any]] = {
        "DateTimeField": connection.ops.adapt_datetimefield_value,
        "DateField": connection.ops.adapt_datefield_value,
        "TimeField": connection.ops.adapt_timefield_value,
        "DurationField": lambda value: (
            value if connection.features.has_native_duration_field else round(value.total_seconds() * 1_000_000)
        ),
        "UUIDField": lambda value: value if connection.features.has_native_uuid_field else value.hex,
        "DecimalField": str,
    }
    return [
        value if value is None or column.kind not in adapt else adapt[column.kind](value)
        for column, value in zip(columns, row, strict=True)
    ]


def _number_on(known: list[Table]) -> None:
    """New rows get numbers after the restored ones (PostgreSQL; SQLite does so by itself)."""
    names = {table.name for table in known}
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in names]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _put_key(content: bytes) -> None:
    """The backup's key file; the present one is put aside."""
    path = settings.DATA / "key"
    if path.exists() and path.read_bytes() != content:
        path.rename(path.with_name("key.before-restore"))
    path.touch(mode=0o600)
    path.write_bytes(content)
    settings.KEYS = secrets.read_or_create(path)  # what is read after this was sealed with it
