"""What a backup writes is what a restore reads."""

import json
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from mailroom.flows.keeping import tables
from mailroom.flows.keeping.tables import Column

VALUES = {
    "BinaryField": st.binary(),
    "CharField": st.text(),
    "BigIntegerField": st.integers(),
    "BooleanField": st.booleans(),
    "DateTimeField": st.datetimes(timezones=st.timezones()),
    "DateField": st.dates(),
    "TimeField": st.times(),
    "DecimalField": st.decimals(allow_nan=False, allow_infinity=False),
    "UUIDField": st.uuids(),
    "DurationField": st.timedeltas(min_value=timedelta(days=-9999), max_value=timedelta(days=9999)),
}
COLUMNS = tuple(Column(kind.lower(), kind) for kind in VALUES)


@given(st.tuples(*(st.none() | values for values in VALUES.values())))
def test_every_value_comes_back_as_it_was(row: tuple[object, ...]) -> None:
    written = json.dumps(tables.plain(COLUMNS, row))
    assert [_meant(value) for value in tables.valued(COLUMNS, json.loads(written))] == [_meant(value) for value in row]


def _meant(value: object) -> object:
    """A moment by its clock and offset: Python calls one that a clock shows twice unequal to itself in another zone."""
    if not isinstance(value, datetime):
        return value
    return value.replace(tzinfo=None, fold=0), value.utcoffset()


def test_a_table_comes_after_those_that_it_names() -> None:
    group = {table.name: table.group for table in tables.in_order()}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            named = field.related_model._meta.db_table if field.is_relation and field.related_model else None
            if model._meta.db_table in group and named in group:
                assert group[named] <= group[model._meta.db_table]


@pytest.mark.parametrize("name", ["emails_email", "emails_recipient", "files_storedfile", "organisation_user"])
def test_what_must_not_be_lost_is_kept(name: str) -> None:
    assert name in {table.name for table in tables.in_order()}
