"""How much of the database file a process holds in its memory on SQLite; PostgreSQL's is its server's affair."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def off() -> Iterator[None]:
    """Read pages into the cache of fixed size, and map none of the file: for work that walks far through it.

    A mapped file counts as memory of the process, up to the size of the map (`settings/database.py`).
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA mmap_size").fetchone()
        cursor.execute("PRAGMA mmap_size=0")
    try:
        yield
    finally:
        if before:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA mmap_size={int(before[0])}")
