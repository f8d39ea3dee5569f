"""What a worker does for incoming processing."""

from mailroom.base import clock, engine
from mailroom.flows.incoming import confirmed_answers, loop_guards, pipeline
from mailroom.records.emails.models import Direction, Email, Status


@engine.task("incoming.process")
def process(account_id: int) -> None:
    """Process what waits on one account."""
    pipeline.process_account(account_id, clock.now())


@engine.every(10, "incoming.tick")
def tick() -> None:
    """Wake processing for every account that has incoming mail waiting."""
    waiting = Email.objects.filter(direction=Direction.INCOMING, status=Status.PENDING)
    for account_id in waiting.order_by().values_list("account_id", flat=True).distinct():
        engine.wake("incoming.process", lock=f"incoming:{account_id}", account_id=account_id)


@engine.every(60, "incoming.loops")
def settle_loops() -> None:
    """Withdraw warnings about loops that have stopped."""
    loop_guards.settle(clock.now())


@engine.every(10, "incoming.confirmed")
def copy_confirmed_answers() -> None:
    """Send the other owners their copies of answers that were held and then sent."""
    confirmed_answers.send_copies(clock.now())
