"""What a worker does for sending."""

from mailroom.base import clock, engine
from mailroom.flows.sending import notices, security, send, sent_folder, turns


@engine.task("sending.send")
def send_account(account_id: int) -> None:
    """Send what is due on one account."""
    send.send_account(account_id, clock.now(), stop=engine.stopping)


@engine.every(2, "sending.tick")
def tick() -> None:
    """Wake sending for every account that has mail due."""
    for account_id in turns.due_accounts(clock.now()):
        engine.wake("sending.send", lock=f"sending:{account_id}", account_id=account_id)


@engine.task("sending.copy")
def copy_to_sent_folder(account_id: int) -> None:
    """Put copies of sent mail into the server's Sent folder."""
    sent_folder.copy(account_id, clock.now())


@engine.every(10, "sending.copies")
def copies() -> None:
    """Wake copying for every account that has copies to make."""
    for account_id in sent_folder.due_accounts(clock.now()):
        engine.wake("sending.copy", lock=f"sent-folder:{account_id}", account_id=account_id)


@engine.every(10, "sending.notices")
def tell_of_alerts() -> None:
    """Mail the administrators what is new about the alerts."""
    notices.tell(clock.now())


@engine.task("sending.recover")
def answer_recoveries() -> None:
    """Mail usernames and links that were asked for at the sign-in."""
    security.answer_recoveries(clock.now())


@engine.every(10, "sending.recoveries")
def recoveries() -> None:
    """Answer those whose wake-up was lost."""
    security.answer_recoveries(clock.now())
