"""Transactions that survive a power cut once they are committed, for flows that then act on the world.

PostgreSQL's are durable by themselves. SQLite's survive a killed process anyway; here the log is synced too.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def atomic() -> Iterator[None]:
    """A transaction whose commit is on disk when the block is left; inside another one it is a part of that."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    _synchronous("FULL")
    try:
        with transaction.atomic():
            yield
    finally:
        _synchronous("NORMAL")


def _synchronous(level: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")
