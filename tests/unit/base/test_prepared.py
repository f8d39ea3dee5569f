"""Statements that are written once: each time they say what stands in the database now."""

import pytest

from mailroom.base import prepared
from mailroom.records.emails.models import Email
from tests.factories import emails

pytestmark = pytest.mark.django_db


def subjects(status: str) -> list[tuple[str]]:
    """As a page would ask: written the first time for each status."""
    wanted = Email.objects.filter(status=status).order_by("pk")
    return prepared.values(("test subjects", status), lambda: wanted.values_list("subject"))


def test_what_was_written_once_reads_what_stands_now():
    email = emails.make("First", status="pending")
    assert subjects("pending") == [("First",)]
    emails.make("Second", status="pending")
    Email.objects.filter(pk=email.pk).update(subject="Changed")
    assert subjects("pending") == [("Changed",), ("Second",)]
    assert subjects("failed") == []


def test_a_statement_is_built_only_once_for_a_key():
    built = []

    def build():
        built.append(1)
        return Email.objects.values_list("pk")

    for _turn in range(3):
        prepared.values(("test once",), build)
    assert len(built) == 1


def test_conditions_that_no_row_can_meet_find_nothing_and_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert prepared.values(("test never",), lambda: Email.objects.filter(pk__in=[]).values_list("pk")) == []
        assert prepared.objects(Email, ("test never",), lambda: Email.objects.filter(pk__in=[])) == []


def test_objects_are_those_of_the_orm_with_every_field():
    email = emails.make("Ærfugl", status="pending")
    (found,) = prepared.objects(Email, ("test objects",), lambda: Email.objects.filter(subject="Ærfugl"))
    fresh = Email.objects.get(pk=email.pk)
    names = [field.attname for field in Email._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(fresh, name) for name in names]


@pytest.mark.parametrize("count", [0, 1, 60])
def test_rows_by_their_keys_are_found_with_some_fields_left_for_later(count, django_assert_num_queries):
    keys = [emails.make(f"Order {number}").pk for number in range(count)]
    with django_assert_num_queries(min(count, 1)):
        found = prepared.by_keys(Email, keys, frozenset({"from_name"}))
    assert sorted(row.pk for row in found) == sorted(keys)
    assert all("from_name" in row.get_deferred_fields() for row in found)
