"""Moments that the API takes: any zone is read, and told in UTC, which both databases know."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from mailroom.faces.api.v1.schemas import Moment

READ = TypeAdapter(Moment)


def test_a_zone_that_postgresql_does_not_know_is_told_in_utc() -> None:
    assert READ.validate_python("2026-03-01T08:00:00-19:30") == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert READ.validate_python("2026-03-01T08:00:00-19:30").tzinfo is UTC


def test_a_moment_before_the_first_year_is_refused() -> None:
    with pytest.raises(ValidationError, match="before the year 1"):
        READ.validate_python("0001-01-01T00:00:00+10:00")
