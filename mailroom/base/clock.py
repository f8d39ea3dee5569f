"""The one place that reads the machine's clock; everything below the faces takes `now` as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC and aware of it."""
    return datetime.now(UTC)
