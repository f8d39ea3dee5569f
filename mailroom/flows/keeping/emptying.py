"""An empty database for a restore. What stood in it is put aside where that can be done."""

from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def holds() -> str:
    """What an installation holds that a restore would replace, in words; nothing where there is nothing."""
    names = set(connection.introspection.table_names())
    counts = []
    for table, words in (("organisation_user", "users"), ("emails_email", "emails")):
        if table in names:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 the two names above
                counts.append((cursor.fetchone()[0], words))
    return " and ".join(f"{count} {words}" for count, words in counts if count)


def empty(now: datetime) -> str:
    """Leave a database without tables of ours; returns where the old one was put, or nothing."""
    if connection.vendor == "postgresql":
        _drop_tables()
        return ""
    connection.close()
    path = Path(str(connection.settings_dict["NAME"]))
    if not path.exists():
        return ""
    aside = path.with_name(f"{path.name}.before-restore-{now:%Y%m%d-%H%M%S}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return str(aside)


def _drop_tables() -> None:
    """All tables but the engine's library's own, which hold only wake-ups and whose types would be in the way."""
    names = [name for name in connection.introspection.table_names() if not name.startswith("procrastinate_")]
    recorder = MigrationRecorder(connection)
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name in names:
            if name != recorder.Migration._meta.db_table:
                cursor.execute(f"DROP TABLE IF EXISTS {quote(name)} CASCADE")
    if recorder.has_table():
        recorder.migration_qs.exclude(app="procrastinate").delete()


def clear(tables: list[str]) -> None:
    """Take out the rows that migrations put in by themselves: the backup has its own."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(map(quote, tables))} CASCADE")
            return
        cursor.execute("PRAGMA foreign_keys=OFF")
        for name in tables:
            cursor.execute(f"DELETE FROM {quote(name)}")  # noqa: S608 names of our own tables
        cursor.execute("PRAGMA foreign_keys=ON")
