"""Work that walks far through the database maps none of its file; the next connection maps as before."""

import pytest
from django.db import connection

from mailroom.base import mapping


def mapped() -> int:
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA mmap_size").fetchone()[0]) if connection.vendor == "sqlite" else 0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_mapped_until_the_connection_is_opened_anew() -> None:
    mapping.off()
    assert mapped() == 0
    connection.close()
    assert (mapped() > 0) == (connection.vendor == "sqlite")
