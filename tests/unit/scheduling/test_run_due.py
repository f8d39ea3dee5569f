"""Running schedules: once each, with history, limits, expiry and one catch-up."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from mailroom.flows.scheduling import operations, rule, run_due
from mailroom.flows.scheduling.models import Schedule, ScheduleRun
from mailroom.flows.scheduling.operations import Operation, Order, Report
from mailroom.records.organisation.models import User

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def orders() -> Iterator[list[Order]]:
    """The orders that a test's own action was given."""
    given: list[Order] = []

    def act(order: Order) -> Report:
        given.append(order)
        return Report(processed=3)

    known = dict(operations._operations)
    operations.register(Operation("TT000001", "Process all", "Process all", act, {"Action": ("A",)}))
    yield given
    operations._operations.clear()
    operations._operations.update(known)


def schedule(**fields: Any) -> Schedule:
    values = {"description": "Test", "window_id": "TT000001", "action": "Process all", "starts_on": date(2026, 11, 1)}
    values |= {"interval_minutes": 5, "next_execution_at": NOW - timedelta(minutes=1)}
    return Schedule.objects.create(**(values | fields))


def at(moment: datetime) -> Any:
    return lambda: moment


def test_a_due_schedule_runs_and_its_next_execution_lies_ahead(orders: list[Order]) -> None:
    made = schedule()
    assert run_due.due(NOW) == [made.pk]
    row = run_due.run(made.pk, NOW, read_clock=at(NOW))
    made.refresh_from_db()
    assert row is not None
    assert (row.state, row.processed) == (ScheduleRun.State.SUCCEEDED, 3)
    assert made.next_execution_at == NOW + timedelta(minutes=5)
    assert (made.executed, made.last_execution_at, made.lease_until) == (1, NOW, None)


def test_what_a_person_entered_stays_when_it_is_run_before_its_time(orders: list[Order], administrator: User) -> None:
    entered = NOW + timedelta(days=200)
    made = schedule(next_execution_at=entered)
    run_due.run(made.pk, NOW, by=administrator, read_clock=at(NOW))
    made.refresh_from_db()
    assert (made.next_execution_at, made.executed) == (entered, 1)


def test_what_a_person_enters_during_a_run_stays(orders: list[Order]) -> None:
    made, entered = schedule(), NOW + timedelta(days=200)

    def edits() -> datetime:
        Schedule.objects.filter(pk=made.pk).update(next_execution_at=entered)
        return NOW

    run_due.run(made.pk, NOW, read_clock=edits)
    made.refresh_from_db()
    assert made.next_execution_at == entered


def test_missed_runs_are_caught_up_by_one(orders: list[Order]) -> None:
    made = schedule(next_execution_at=NOW - timedelta(days=30))
    run_due.run(made.pk, NOW, read_clock=at(NOW))
    assert run_due.run(made.pk, NOW, read_clock=at(NOW)) is None
    assert len(orders) == 1


def test_many_workers_run_it_once(orders: list[Order]) -> None:
    made = schedule()
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        try:
            run_due.run(made.pk, NOW, read_clock=at(NOW))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(orders) == 1
    assert made.runs.count() == 1


def test_filter_values_and_relative_dates_reach_the_action(orders: list[Order]) -> None:
    made = schedule(
        filter_values=[
            {"active": True, "field_name": "Action", "relative": False, "value": "A"},
            {"active": True, "field_name": "From", "relative": True, "value": "@Today-1"},
            {"active": False, "field_name": "Off", "value": "x"},
        ],
        conditions=[{"field_name": "Date", "condition": "before", "relative": True, "value": "@MonthStart"}],
    )
    run_due.run(made.pk, NOW, read_clock=at(NOW))
    assert orders[0].values == {"Action": "A", "From": "2026-11-23"}
    assert orders[0].conditions[0].value == "2026-11-01"


@pytest.mark.parametrize(("ignore", "state"), [(True, ScheduleRun.State.SUCCEEDED), (False, ScheduleRun.State.ABORTED)])
def test_a_value_that_is_no_date_aborts_unless_its_error_is_ignored(
    orders: list[Order], ignore: bool, state: str
) -> None:
    line = {"active": True, "field_name": "From", "relative": True, "value": "@Never", "ignore_error": ignore}
    row = run_due.run(schedule(filter_values=[line]).pk, NOW, read_clock=at(NOW))
    assert row is not None
    assert row.state == state
    assert row.warnings == int(ignore)


def test_the_execution_limit_ends_a_schedule(orders: list[Order]) -> None:
    made = schedule(execution_limit=1)
    run_due.run(made.pk, NOW, read_clock=at(NOW))
    made.refresh_from_db()
    assert (made.active, made.next_execution_at) == (False, None)


def test_the_expiry_ends_a_schedule(orders: list[Order]) -> None:
    made = schedule(expires_on=date(2026, 11, 24), interval_minutes=0)
    run_due.run(made.pk, NOW, read_clock=at(NOW))
    made.refresh_from_db()
    assert not made.active


def test_aborted_runs_in_a_row_deactivate_it_and_a_good_one_starts_the_count_anew() -> None:
    made = schedule(window_id="NOBODY", deactivate_after_aborted_runs=2)
    for _ in range(2):
        Schedule.objects.filter(pk=made.pk).update(next_execution_at=NOW)
        row = run_due.run(made.pk, NOW, read_clock=at(NOW))
        assert row is not None
        assert "NOBODY" in row.message
    made.refresh_from_db()
    assert (made.active, made.aborted_in_a_row) == (False, 2)


def test_a_run_whose_worker_died_is_closed_and_the_schedule_comes_back(orders: list[Order]) -> None:
    made = schedule(lease_until=NOW - timedelta(seconds=1), lease_holder="dead")
    left = ScheduleRun.objects.create(schedule=made, started_at=NOW - timedelta(hours=1))
    run_due.run(made.pk, NOW, read_clock=at(NOW))
    left.refresh_from_db()
    assert left.state == ScheduleRun.State.ABORTED
    assert len(orders) == 1


def test_history_is_kept_as_long_as_asked(orders: list[Order]) -> None:
    made = schedule(history_to_keep=2)
    for minute in range(5):
        moment = NOW + timedelta(minutes=10 * minute)
        run_due.run(made.pk, moment, read_clock=at(moment))
    assert made.runs.count() == 2


def test_the_rule_of_a_row_gives_its_next_executions() -> None:
    made = schedule(time_zone="Europe/Oslo", interval_minutes=0, start_time="06:00")
    made.refresh_from_db()
    assert rule.next_execution(made, NOW) == datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
