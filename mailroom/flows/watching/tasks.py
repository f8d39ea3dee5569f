"""What a worker does for watching."""

from mailroom.base import clock, engine
from mailroom.flows.watching import looking


@engine.every(60, "watching.look")
def look() -> None:
    """Look for troubles."""
    looking.look(clock.now())


@engine.every(20, "watching.beat")
def beat() -> None:
    """Give a sign of life."""
    looking.beat(clock.now())
