"""What a worker does for receiving."""

import time

from mailroom.base import clock, engine
from mailroom.flows.receiving import receive, reconcile, state, troubles
from mailroom.records.preferences import current

TURN_SECONDS = 30.0  # an account with much to fetch gives way to the others after this


def wake(account_id: int) -> None:
    """Have a worker receive this account soon; one at a time."""
    engine.wake("receiving.receive", lock=f"receiving:{account_id}", account_id=account_id)


@engine.task("receiving.receive")
def receive_account(account_id: int) -> None:
    """Receive one account for a turn, then have its mail processed; what is left has the next turn."""
    over = time.monotonic() + TURN_SECONDS
    result = receive.receive_account(account_id, clock.now(), stop=lambda: time.monotonic() > over or engine.stopping())
    if result.stored:
        engine.wake("incoming.process", lock=f"incoming:{account_id}", account_id=account_id)
    if time.monotonic() > over and result.stored and not result.error:
        wake(account_id)


@engine.every(60, "receiving.quarantine")
def look_into_quarantine() -> None:
    """Raise an alert where the quarantine grew."""
    troubles.quarantined(clock.now())


@engine.every(5, "receiving.tick")
def tick() -> None:
    """Wake receiving for every account whose time has come."""
    if current.is_suspended():
        return
    for account_id in state.due(clock.now()).values_list("pk", flat=True):
        wake(account_id)


@engine.task("receiving.reconcile")
def reconcile_account(account_id: int) -> None:
    """Compare one account's server with what is here."""
    reconcile.reconcile(account_id, clock.now())


@engine.every(600, "receiving.reconcile_tick")
def reconcile_tick() -> None:
    """Wake the comparison for every account whose last one is a day old; never beside receiving."""
    if current.is_suspended():
        return
    for account_id in reconcile.due(clock.now()).values_list("pk", flat=True):
        engine.wake("receiving.reconcile", lock=f"receiving:{account_id}", account_id=account_id)
