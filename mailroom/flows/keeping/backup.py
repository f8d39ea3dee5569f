"""Writes everything that an installation must not lose into one file, while it goes on working."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from mailroom.base.secrets import Keys
from mailroom.flows.keeping import archive, snapshot, tables
from mailroom.flows.keeping.tables import Table
from mailroom.records.files import packs

FORMAT = 1
LARGEST_PART = 4_000_000
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BackupResult:
    """What a backup holds; `missing` names packs that are no longer on disk, whose contents are lost already."""

    rows: int
    packs: int
    missing: tuple[str, ...]
    size: int


class FileExists(Exception):
    """There is a file of that name: a backup never writes over anything."""


def fingerprint(keys: Keys) -> str:
    """What tells one key file from another, and nothing about its keys."""
    return keys.derive("backup")[:16]


def write(path: Path, now: datetime, with_key: bool = False, told: Told = lambda words: None) -> BackupResult:
    """Write a backup of this moment to `path`; raises FileExists. `told` hears what is being done."""
    if path.exists():
        raise FileExists(f"{path} exists already. Choose another name: a backup never writes over a file.")
    wanted = tables.in_order()
    with archive.Writer(path) as file, snapshot.of_now() as reader:
        file.add(archive.MANIFEST, json.dumps(_manifest(wanted, reader, now, with_key)).encode())
        count = 0
        for table in wanted:
            told(table.name)
            count += _write_table(file, reader, table)
        told("files")
        written, missing = _write_packs(file, reader)
        if with_key:
            file.add(archive.KEY, (settings.DATA / "key").read_bytes())
    return BackupResult(count, written, tuple(missing), path.stat().st_size)


def _manifest(wanted: list[Table], reader: BaseDatabaseWrapper, now: datetime, with_key: bool) -> dict[str, Any]:
    applied = MigrationRecorder(reader).applied_migrations()
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "database": reader.vendor,
        "migrations": sorted([app, name] for app, name in applied if app not in tables.LEFT_OUT),
        "key_fingerprint": fingerprint(settings.KEYS),
        "with_key": with_key,
        "tables": [asdict(table) for table in wanted],
    }


def _write_table(file: archive.Writer, reader: BaseDatabaseWrapper, table: Table) -> int:
    """One table in parts of a few megabytes; returns its number of rows."""
    count = 0
    for number, (part, rows) in enumerate(_parts(reader, table)):
        file.add(f"tables/{table.group:03d}-{table.name}/{number:06d}.jsonl", part)
        count += rows
    return count


def _parts(reader: BaseDatabaseWrapper, table: Table) -> Iterator[tuple[bytes, int]]:
    lines: list[bytes] = []
    size = 0
    for batch in snapshot.rows(reader, table):
        for row in batch:
            lines.append(json.dumps(tables.plain(table.columns, row)).encode())
            size += len(lines[-1])
        if size > LARGEST_PART:
            yield b"\n".join(lines), len(lines)
            lines, size = [], 0
    if lines:
        yield b"\n".join(lines), len(lines)


def _write_packs(file: archive.Writer, reader: BaseDatabaseWrapper) -> tuple[int, list[str]]:
    """The packs that the snapshot's rows point into; those that are gone are named."""
    count, missing = 0, []
    with reader.chunked_cursor() as cursor:
        cursor.execute("SELECT DISTINCT pack FROM files_storedfile ORDER BY pack")
        while batch := cursor.fetchmany(snapshot.ROWS):
            for (name,) in batch:
                pack = packs.open_pack(name)
                if pack is None:
                    missing.append(name)
                    continue
                with pack:
                    file.add_stream(f"packs/{name}", pack, os.fstat(pack.fileno()).st_size)
                count += 1
    return count, missing
