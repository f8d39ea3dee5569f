"""The rows of a page with what they point to are those that a join would read."""

import pytest

from mailroom.faces.windows.kit import related
from mailroom.faces.windows.mail import tables
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User, Workgroup
from tests.factories import emails

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(administrator: User) -> list[int]:
    """Mails with and without an owner, a work group, an author."""
    anna = Employee.objects.get(user=administrator)
    group = Workgroup.objects.create(workgroup_id="SUPPORT", description="Support")
    made = [
        emails.make("Owned", owner=anna),
        emails.make("Of a group", workgroup=group),
        emails.make("Written here", created_by=administrator, owner=anna),
        emails.make("Nobody's"),
    ]
    return [email.pk for email in made]


def test_every_value_is_what_a_join_reads(keys: list[int]) -> None:
    rows = tables.for_cells(Email.objects.select_related(*tables.RELATED))
    joined = {row.pk: row for row in rows.filter(pk__in=keys)}
    for row in related.read(rows, keys):
        other = joined.pop(row.pk)
        for name in tables.RELATED:
            assert getattr(row, name) == getattr(other, name)
        assert row.get_deferred_fields() == other.get_deferred_fields()
        assert row.account.get_deferred_fields() == other.account.get_deferred_fields()
    assert not joined


def test_no_row_asks_for_what_it_points_to_once_more(keys: list[int], django_assert_num_queries: object) -> None:
    rows = tables.for_cells(Email.objects.select_related(*tables.RELATED))
    with django_assert_num_queries(1 + len(tables.RELATED)):  # type: ignore[operator]
        for row in related.read(rows, keys):
            str(row.account), str(row.owner), str(row.workgroup), str(row.created_by)


def test_rows_that_reach_further_are_read_by_a_join(keys: list[int]) -> None:
    rows = Email.objects.select_related("owner__user")
    assert {row.pk for row in related.read(rows, keys)} == set(keys)
