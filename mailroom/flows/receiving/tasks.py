"""What a worker does for receiving."""

from datetime import timedelta

from mailroom.base import clock, engine
from mailroom.flows.receiving import receive
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol
from mailroom.records.preferences import current


@engine.task("receiving.receive")
def receive_account(account_id: int) -> None:
    """Receive one account, then have its mail processed."""
    result = receive.receive_account(account_id, clock.now())
    if result.stored:
        engine.wake("incoming.process", lock=f"incoming:{account_id}", account_id=account_id)


@engine.every(5, "receiving.tick")
def tick() -> None:
    """Wake receiving for every account whose interval is over."""
    if current.is_suspended():
        return
    now = clock.now()
    accounts = EmailAccount.objects.filter(active=True).exclude(incoming_mail_protocol=IncomingMailProtocol.NONE)
    default = ReceivingOptions._meta.get_field("receive_every_seconds").get_default()
    rows = accounts.values_list("pk", "receiving__receive_every_seconds", "receiving__last_try_at")
    for account_id, seconds, last in rows:
        if last is None or now - last >= timedelta(seconds=seconds or default):
            engine.wake("receiving.receive", lock=f"receiving:{account_id}", account_id=account_id)
