"""Empties the database after a test that commits, in the place of Django's flush.

A flush truncates every table and emits `post_migrate`, which asks for each app's content types and permissions again:
half a second a test on PostgreSQL, for five hundred tests. Here only tables that hold rows are emptied, and what a
migration writes by signal stays or is put back.
"""

import functools
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

from mailroom.records.notifications import standard

KEPT = frozenset({"django_content_type", "auth_permission"})  # the same after every flush, but for their numbers


def install() -> None:
    """Let tests that commit end this way."""
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]  # pytest-django's tests are of this class


def _empty(_case: Any) -> None:
    """Delete all rows, as if the database had just been migrated."""
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            names = ", ".join(map(quote, _tables()))
            cursor.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")  # whoever still writes has come to an end
            cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign key asks while all rows go
        asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})" for name in _tables())
        cursor.execute(asked)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quote(name)}")
    standard.install()


@functools.cache
def _tables() -> tuple[str, ...]:
    """The tables of all models."""
    return tuple(sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT))
