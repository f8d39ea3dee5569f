"""What stories share: a worker as `mailroom up` runs it."""

from collections.abc import Iterator

import pytest

from mailroom.base import engine
from mailroom.flows import registration


@pytest.fixture
def worker(transactional_db: None) -> Iterator[engine.Worker]:
    """A worker as `mailroom up` runs it."""
    registration.register()
    running = engine.Worker(concurrency=2)
    running.start()
    yield running
    assert running.stop(timeout=30)
