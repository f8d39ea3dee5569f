"""When a schedule runs: tables for what people expect, properties for every zone and rule."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.flows.scheduling import recurrence
from mailroom.flows.scheduling.recurrence import LAST, MonthlyOn, Recurrence, ScheduleType

OSLO = ZoneInfo("Europe/Oslo")
WORKDAYS = frozenset(range(5))


def local(rule: Recurrence, after: datetime, count: int) -> list[str]:
    return [f"{moment.astimezone(rule.zone):%Y-%m-%d %H:%M}" for moment in recurrence.upcoming(rule, after, count)]


def test_every_five_minutes_all_day() -> None:
    rule = Recurrence(OSLO, date(2026, 11, 24), interval=timedelta(minutes=5))
    after = datetime(2026, 11, 24, 22, 52, tzinfo=UTC)
    assert local(rule, after, 3) == ["2026-11-24 23:55", "2026-11-25 00:00", "2026-11-25 00:05"]


def test_a_stop_time_ends_the_day() -> None:
    rule = Recurrence(OSLO, date(2026, 11, 24), start_time=time(8), stop_time=time(10), interval=timedelta(minutes=50))
    after = datetime(2026, 11, 24, 0, tzinfo=UTC)
    assert local(rule, after, 4) == ["2026-11-24 08:00", "2026-11-24 08:50", "2026-11-24 09:40", "2026-11-25 08:00"]


def test_every_third_day_counts_from_the_start() -> None:
    rule = Recurrence(OSLO, date(2026, 2, 27), every=3, start_time=time(9))
    assert local(rule, datetime(2026, 2, 27, 12, tzinfo=UTC), 2) == ["2026-03-02 09:00", "2026-03-05 09:00"]


def test_every_second_week_on_two_days() -> None:
    rule = Recurrence(OSLO, date(2026, 11, 25), schedule_type=ScheduleType.WEEKLY, every=2, weekdays=frozenset({0, 2}))
    after = datetime(2026, 11, 24, tzinfo=UTC)
    assert local(rule, after, 4) == ["2026-11-25 00:00", "2026-12-07 00:00", "2026-12-09 00:00", "2026-12-21 00:00"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (31, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        (30, ["2027-01-30", "2027-02-28", "2027-03-30", "2027-04-30"]),
        (29, ["2027-01-29", "2027-02-28", "2027-03-29", "2027-04-29"]),
        (15, ["2027-01-15", "2027-02-15", "2027-03-15", "2027-04-15"]),
    ],
)
def test_a_day_that_a_month_lacks_is_its_last_day(day: int, expected: list[str]) -> None:
    rule = Recurrence(OSLO, date(2027, 1, 1), schedule_type=ScheduleType.MONTHLY, month_day=day)
    assert [text[:10] for text in local(rule, datetime(2026, 12, 31, tzinfo=UTC), 4)] == expected


@pytest.mark.parametrize(
    ("ordinal", "days", "expected"),
    [
        (1, frozenset({0}), ["2026-12-07", "2027-01-04"]),
        (LAST, frozenset({4}), ["2026-11-27", "2026-12-25"]),
        (1, WORKDAYS, ["2026-12-01", "2027-01-01"]),
        (LAST, WORKDAYS, ["2026-11-30", "2026-12-31"]),
        (2, frozenset({5, 6}), ["2026-12-06", "2027-01-03"]),
        (LAST, frozenset({5, 6}), ["2026-11-29", "2026-12-27"]),
    ],
)
def test_the_first_to_last_weekday_workday_or_weekend_day(
    ordinal: int, days: frozenset[int], expected: list[str]
) -> None:
    rule = Recurrence(
        OSLO,
        date(2026, 11, 24),
        schedule_type=ScheduleType.MONTHLY,
        monthly_on=MonthlyOn.ORDINAL,
        ordinal=ordinal,
        ordinal_days=days,
    )
    assert [text[:10] for text in local(rule, datetime(2026, 11, 24, tzinfo=UTC), 2)] == expected


def test_a_period_runs_at_its_start_or_end() -> None:
    start = Recurrence(OSLO, date(2026, 11, 2), ScheduleType.PERIOD, monthly_on=MonthlyOn.PERIOD_START)
    end = Recurrence(OSLO, date(2026, 11, 2), ScheduleType.PERIOD, monthly_on=MonthlyOn.PERIOD_END)
    after = datetime(2026, 11, 1, tzinfo=UTC)
    assert local(start, after, 1) == ["2026-12-01 00:00"]
    assert local(end, after, 2) == ["2026-11-30 00:00", "2026-12-31 00:00"]


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Oslo", date(2026, 3, 29), time(2, 30), "2026-03-29 03:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), "2026-10-04 02:30"),
        ("Pacific/Apia", date(2011, 12, 30), time(2, 10), "2011-12-31 00:00"),
        ("America/Santiago", date(2026, 9, 6), time(0, 0), "2026-09-06 01:00"),
    ],
)
def test_a_skipped_time_moves_to_the_next_valid_minute(zone: str, day: date, at: time, expected: str) -> None:
    rule = Recurrence(ZoneInfo(zone), day, start_time=at)
    after = datetime.combine(day, time(), UTC) - timedelta(days=2)
    assert local(rule, after, 1) == [expected]


def test_a_doubled_time_runs_once() -> None:
    rule = Recurrence(OSLO, date(2026, 10, 25), start_time=time(2, 30))
    first, second = recurrence.upcoming(rule, datetime(2026, 10, 24, 12, tzinfo=UTC), 2)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_times_that_fall_together_in_a_gap_run_once() -> None:
    rule = Recurrence(
        OSLO, date(2026, 3, 29), start_time=time(1, 45), stop_time=time(3, 15), interval=timedelta(minutes=15)
    )
    assert local(rule, datetime(2026, 3, 28, tzinfo=UTC), 3) == [
        "2026-03-29 01:45",
        "2026-03-29 03:00",
        "2026-03-29 03:15",
    ]


def test_nothing_runs_before_the_start_or_after_the_expiry() -> None:
    rule = Recurrence(OSLO, date(2026, 12, 1), expires_on=date(2026, 12, 2), start_time=time(6))
    runs = recurrence.upcoming(rule, datetime(2026, 1, 1, tzinfo=UTC), 10)
    assert [moment.astimezone(OSLO).date() for moment in runs] == [date(2026, 12, 1), date(2026, 12, 2)]


rules = st.builds(
    Recurrence,
    zone=st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo),
    starts_on=st.dates(date(2000, 1, 1), date(2037, 1, 1)),
    schedule_type=st.sampled_from(ScheduleType),
    every=st.integers(1, 12),
    weekdays=st.frozensets(st.integers(0, 6)),
    monthly_on=st.sampled_from(MonthlyOn),
    month_day=st.integers(1, 31),
    ordinal=st.integers(1, 5),
    ordinal_days=st.sampled_from([frozenset({day}) for day in range(7)] + [WORKDAYS, frozenset({5, 6})]),
    start_time=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    interval=st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes)),
)


@given(rule=rules, after=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)))
def test_runs_come_in_order_once_each_and_on_whole_minutes(rule: Recurrence, after: datetime) -> None:
    runs = recurrence.upcoming(rule, after, 5)
    assert len(runs) == 5
    assert [after, *runs] == sorted({after, *runs})
    assert all(moment.second == 0 for moment in runs if moment.year > 1980)


@given(rule=rules, after=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)))
def test_asking_again_from_a_run_gives_the_following_one(rule: Recurrence, after: datetime) -> None:
    first, second = recurrence.upcoming(rule, after, 2)
    assert recurrence.next_run(rule, first) == second
    assert recurrence.next_run(rule, first - timedelta(minutes=1)) is not None


@given(rule=rules, after=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)))
def test_no_run_comes_before_the_first_day(rule: Recurrence, after: datetime) -> None:
    first = recurrence.next_run(rule, after)
    assert first is not None
    assert first.astimezone(rule.zone).date() >= rule.starts_on


@given(rule=rules, after=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)))
def test_each_run_stands_at_a_time_that_was_asked_for_or_where_the_clocks_jumped(
    rule: Recurrence, after: datetime
) -> None:
    for moment in recurrence.upcoming(rule, after, 5):
        local_moment = moment.astimezone(rule.zone)
        since = local_moment.replace(tzinfo=None) - datetime.combine(local_moment.date(), rule.start_time)
        asked = since == timedelta(0) or (
            since > timedelta(0) < rule.interval and since % rule.interval == timedelta(0)
        )
        before = (moment - timedelta(seconds=1)).astimezone(rule.zone)
        assert asked or before.utcoffset() != local_moment.utcoffset()
