"""Paging by key visits every row once, in order, both ways, with equal values and rows without a value."""

import pytest

from mailroom.faces.windows.kit import conditions, keyset
from mailroom.faces.windows.kit.keyset import Order
from mailroom.records.organisation.models import Employee, User, Workgroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> None:
    people = [Employee.objects.create(employee_id=f"E{number}", name=f"Name {number % 3}") for number in range(6)]
    Workgroup.objects.bulk_create(
        Workgroup(
            workgroup_id=f"W{number:02}",
            description=f"D{number % 4}",
            default_owner=people[number % 6] if number % 3 else None,
        )
        for number in range(23)
    )


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "text",
    [
        *("workgroup_id", "description", "default_owner__name", "pk"),
        *("-workgroup_id", "-description", "-default_owner__name", "-pk"),
        *("description,-workgroup_id", "-default_owner__name,description", "description,-pk"),
        *("default_owner__name,-description,workgroup_id", "-description,-default_owner__name"),
    ],
)
def test_forward_and_back_are_the_same_walk(text: str) -> None:
    order = Order.read(text)
    everything = Workgroup.objects.all()
    whole = [row.pk for row in keyset.ordered(everything, order)]
    forward: list[int] = []
    page = keyset.page(everything, order, size=5)
    while True:
        forward += [row.pk for row in page.rows]
        if not page.after:
            break
        page = keyset.page(everything, order, after=keyset.read_cursor(page.after, Workgroup, order), size=5)
    assert forward == whole
    page = keyset.page(everything, order, last=23, size=5)
    back = [row.pk for row in page.rows]
    assert page.first_number == 21
    while page.before:
        page = keyset.page(everything, order, before=keyset.read_cursor(page.before, Workgroup, order), size=5)
        back = [row.pk for row in page.rows] + back
    assert back == whole


@pytest.mark.usefixtures("rows")
def test_several_fields_order_as_a_plain_sort_does_and_rows_without_a_value_come_last() -> None:
    groups = Workgroup.objects.select_related("default_owner")
    wanted = sorted(groups, key=lambda row: row.pk)
    wanted.sort(key=lambda row: row.description, reverse=True)
    wanted.sort(key=lambda row: (row.default_owner is None, row.default_owner.name if row.default_owner else ""))
    order = Order.read("default_owner__name,-description,pk")
    assert [row.pk for row in keyset.ordered(Workgroup.objects.all(), order)] == [row.pk for row in wanted]


@pytest.mark.parametrize("text", ["", "x", "W10", "bnVsbA", "WzEsMiwzLDRd", "é", "A" * 5000])
def test_a_cursor_that_is_none_of_ours_is_none(text: str) -> None:
    assert keyset.read_cursor(text, User, Order.read("created_at")) is None


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("on", True), ("off", False), ("!off", True), ("kind=a|b", True), ("kind=c", False), ("on kind=a", True),
     ("on !on", False), ("nobody", False)],
)  # fmt: skip
def test_a_condition_is_read_alike_by_server_and_browser(condition: str, expected: bool) -> None:
    values = {"on": True, "off": False, "kind": "a"}
    assert conditions.holds(condition, lambda name: values.get(name, "")) is expected
