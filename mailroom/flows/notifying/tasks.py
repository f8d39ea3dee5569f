"""What a worker does for notifying."""

from mailroom.base import clock, engine
from mailroom.flows.notifying import portal_links, telling


@engine.task("notifying.portal_links")
def answer_portal_links() -> None:
    """Mail the links to the portal that were asked for."""
    portal_links.answer(clock.now())


@engine.every(10, "notifying.tick")
def tick() -> None:
    """Answer those whose wake-up was lost."""
    portal_links.answer(clock.now())


@engine.every(10, "notifying.tell")
def tell() -> None:
    """Tell of what happened to records."""
    telling.of_records(clock.now())
