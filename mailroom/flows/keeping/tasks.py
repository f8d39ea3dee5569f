"""What a worker does for keeping: the full text index whole, and SQLite's planner told of its tables."""

from django.db import connection

from mailroom.base import engine
from mailroom.records.emails import search

ROWS_LOOKED_AT = 100_000  # of each index: half a second for a million emails; from fewer a planner guesses wrong
MOST_AT_ONCE = 20_000


@engine.every(3600, "keeping.index_missing")
def index_missing() -> None:
    """Index the emails that the index lacks; what is left has the next turn."""
    search.index_missing(most=MOST_AT_ONCE)


@engine.every(86400, "keeping.tell_planner")
def tell_planner() -> None:
    """Have SQLite count its indexes; PostgreSQL does so by itself."""
    if connection.vendor == "sqlite":
        # Table by table, so that who writes waits for one at most; those of the full text index have no plan to choose.
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
            for table in connection.introspection.django_table_names(only_existing=True):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
