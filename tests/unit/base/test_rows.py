"""Rows found and written by the hundred."""

from datetime import UTC, datetime

import pytest

from mailroom.base import rows
from mailroom.records.emails.models import Email, Recipient
from tests.factories import emails

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def test_each_row_gets_values_of_its_own_and_the_others_keep_theirs():
    first, second, third = (emails.make(f"Order {number}") for number in range(3))
    rows.update(
        Email,
        ("subject", "next_attempt_at", "raw_sha256", "turn"),
        [(first.pk, "Faktura Ærfugl", NOW, b"\x00" * 32, 7), (third.pk, "", None, b"\xff" * 32, 0)],
    )
    found = {row.pk: row for row in Email.objects.all()}
    assert (found[first.pk].subject, found[first.pk].next_attempt_at, found[first.pk].turn) == (
        "Faktura Ærfugl",
        NOW,
        7,
    )
    assert bytes(found[first.pk].raw_sha256) == b"\x00" * 32
    assert found[second.pk].subject == "Order 1"
    assert (found[third.pk].subject, found[third.pk].next_attempt_at) == ("", None)
    assert bytes(found[third.pk].raw_sha256) == b"\xff" * 32


def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        rows.update(Recipient, ("outcome",), [])


@pytest.mark.parametrize("count", [0, 1, 2000])
def test_rows_are_found_among_any_number_of_ids_in_one_query(count, django_assert_num_queries):
    kept = emails.make("Order")
    with django_assert_num_queries(1):
        found = list(Email.objects.filter(pk__in=rows.among(range(kept.pk, kept.pk + count))))
    assert found == ([kept] if count else [])
