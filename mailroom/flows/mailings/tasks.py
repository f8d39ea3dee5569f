"""What a worker does for mass mail."""

from mailroom.base import clock, engine
from mailroom.flows.mailings import prepare


@engine.task("mailings.send")
def send(mass_email_id: int) -> None:
    """Queue the mail of a mass email that is being sent."""
    prepare.carry_on(mass_email_id, clock.now())


@engine.every(5, "mailings.tick")
def tick() -> None:
    """Go on where a worker died, and note what is sent."""
    for mass_email_id in prepare.waiting():
        engine.wake("mailings.send", lock=f"mass-email:{mass_email_id}", mass_email_id=mass_email_id)
