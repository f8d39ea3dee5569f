"""How much of the database file a process holds in its memory on SQLite; PostgreSQL's is its server's affair."""

from django.db import connection


def off() -> None:
    """Read pages into the cache of fixed size, and map none of the file, until this thread's connection is opened anew.

    For work that walks far through the file: what is mapped counts as memory of the process, up to the size of the
    map (`settings/database.py`).
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
