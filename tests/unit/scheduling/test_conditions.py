"""Conditions of a schedule narrow the rows a run works on; dates are whole days in the schedule's zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailroom.flows.incoming import scheduled
from mailroom.flows.scheduling import conditions
from mailroom.flows.scheduling.conditions import Field
from mailroom.flows.scheduling.operations import Condition, Order
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Status
from mailroom.records.filters.meaning import When

pytestmark = pytest.mark.django_db
FIELDS = {"Subject": Field("subject"), "Start date": Field("start_at", moment=True), "Owner": Field("owner__name")}
OSLO = ZoneInfo("Europe/Oslo")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def emails(db: None) -> None:
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    for subject, start in (("Order 1", NOON), ("order 2", NOON - timedelta(days=1)), ("Invoice", None)):
        common = {"account": account, "date": NOON, "created_at": NOON, "status": Status.PENDING}
        Email.objects.create(subject=subject, start_at=start, direction="incoming", box="incoming", **common)


def subjects(*lines: Condition) -> list[str]:
    found = Email.objects.filter(conditions.query(lines, FIELDS, When(NOON, OSLO)))
    return list(found.order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Condition("Subject", "equals", "ORDER 1"), ["Order 1"]),
        (Condition("Subject", "not_equal", "Invoice"), ["Order 1", "order 2"]),
        (Condition("Subject", "contains", "RDER"), ["Order 1", "order 2"]),
        (Condition("Subject", "not_contain", "order"), ["Invoice"]),
        (Condition("Subject", "starts_with", "in"), ["Invoice"]),
        (Condition("Subject", "ends_with", "2"), ["order 2"]),
        (Condition("Subject", "between", "I", "J"), ["Invoice"]),
        (Condition("Subject", "not_empty"), ["Order 1", "order 2", "Invoice"]),
        (Condition("Start date", "equals", "2026-11-24"), ["Order 1"]),
        (Condition("Start date", "less", "2026-11-24"), ["order 2"]),
        (Condition("Start date", "less_or_equal", "2026-11-24"), ["Order 1", "order 2"]),
        (Condition("Start date", "greater", "2026-11-23"), ["Order 1"]),
        (Condition("Start date", "greater_or_equal", "2026-11-23"), ["Order 1", "order 2"]),
        (Condition("Start date", "between", "2026-11-23", "2026-11-23"), ["order 2"]),
        (Condition("Start date", "empty"), ["Invoice"]),
        (Condition("Owner", "equals", ""), ["Order 1", "order 2", "Invoice"]),
        (Condition("Owner", "not_empty"), []),
    ],
)
def test_each_condition(emails: None, line: Condition, expected: list[str]) -> None:
    assert subjects(line) == expected


def test_all_conditions_must_hold(emails: None) -> None:
    assert subjects(Condition("Subject", "contains", "order"), Condition("Start date", "less", "2026-11-24")) == [
        "order 2"
    ]


@pytest.mark.parametrize(
    "line",
    [
        Condition("Mood", "equals", "x"),
        Condition("Subject", "resembles", "x"),
        Condition("Start date", "contains", "2026-11-24"),
        Condition("Start date", "equals", "soon"),
        Condition("Start date", "between", "2026-11-24", "2026-11-23"),
        Condition("Subject", "contains", ""),
    ],
)
def test_a_condition_that_says_nothing_is_refused(line: Condition) -> None:
    with pytest.raises(conditions.Wrong):
        conditions.query([line], FIELDS, When(NOON, OSLO))


def test_a_run_works_only_on_what_fits_its_conditions(emails: None) -> None:
    order = Order({"Type": "Incoming"}, [Condition("Subject", "contains", "order")], NOON, lambda: True)
    assert scheduled.process_pending(order).processed == 2
    assert list(Email.objects.filter(status=Status.PENDING).values_list("subject", flat=True)) == ["Invoice"]
