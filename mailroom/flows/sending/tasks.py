"""What a worker does for sending."""

from mailroom.base import clock, engine
from mailroom.flows.sending import send


@engine.task("sending.send")
def send_account(account_id: int) -> None:
    """Send what is due on one account."""
    send.send_account(account_id, clock.now())


@engine.every(2, "sending.tick")
def tick() -> None:
    """Wake sending for every account that has mail due."""
    for account_id in send.due_accounts(clock.now()):
        engine.wake("sending.send", lock=f"sending:{account_id}", account_id=account_id)
