"""Runs in small pieces."""

import pytest

from mailroom.flows.sending import run, send, unwritten


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several claims and several pieces of the ledger a run."""
    monkeypatch.setattr(send, "CLAIM", 5)
    monkeypatch.setattr(unwritten, "WRITE_AT", 3)
    monkeypatch.setattr(run, "LOOK_AFTER", 0.0)
