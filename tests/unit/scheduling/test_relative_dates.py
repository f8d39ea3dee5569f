"""Relative dates in filter values and conditions."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.base import relative_dates

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@Today", date(2026, 11, 24)),
        ("@today - 1", date(2026, 11, 23)),
        ("@WeekStart", date(2026, 11, 23)),
        ("@WeekStart+1", date(2026, 11, 30)),
        ("@WeekEnd", date(2026, 11, 29)),
        ("@MonthStart-1", date(2026, 10, 1)),
        ("@MonthEnd+3", date(2027, 2, 28)),
        ("@QuarterStart", date(2026, 10, 1)),
        ("@QuarterEnd+1", date(2027, 3, 31)),
        ("@PeriodEnd", date(2026, 11, 30)),
        ("@YearStart-1", date(2025, 1, 1)),
        ("@YearEnd", date(2026, 12, 31)),
        ("2026-02-28", date(2026, 2, 28)),
    ],
)
def test_a_relative_date_is_counted_from_today(text: str, expected: date) -> None:
    assert relative_dates.resolve(text, TUESDAY) == expected


@pytest.mark.parametrize("text", ["", "@", "@Tomorrow", "@Today+", "tomorrow", "2026-02-30", "@YearEnd+99999"])
def test_anything_else_is_refused_with_what_is_understood(text: str) -> None:
    with pytest.raises(relative_dates.NotADate):
        relative_dates.resolve(text, TUESDAY)


@given(text=st.text(max_size=30))
def test_any_text_gives_a_date_or_a_sentence(text: str) -> None:
    with contextlib.suppress(relative_dates.NotADate):
        assert isinstance(relative_dates.resolve(text, TUESDAY), date)
