"""While the file of the database is not mapped, its pages are no memory of the process; afterwards it is as before."""

import pytest
from django.db import connection

from mailroom.base import mapping


def mapped() -> int:
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA mmap_size").fetchone()[0]) if connection.vendor == "sqlite" else 0


@pytest.mark.django_db
def test_nothing_is_mapped_within_and_the_map_is_back_behind_it() -> None:
    before = mapped()
    with mapping.off():
        assert mapped() == 0
    assert mapped() == before

    def fail() -> None:
        with mapping.off():
            raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        fail()
    assert mapped() == before
