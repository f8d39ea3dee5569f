"""Fault tests start processes of the product, which go by the machine's clock: so do the tests."""

from datetime import datetime

import pytest

from mailroom.base import clock


@pytest.fixture
def now() -> datetime:
    """The moment at which the test takes place, now really."""
    return clock.now()
