"""Receive all, Send all, Send/receive all (SM507010, SM204002): one account after the other, a result for each.

Receiving is followed by processing; the direction that ran is archived by age when the email preferences say so.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from mailroom.flows.incoming import pipeline
from mailroom.flows.incoming.pipeline import ProcessResult
from mailroom.flows.receiving import receive
from mailroom.flows.receiving.receive import ReceiveResult
from mailroom.flows.sending import send
from mailroom.flows.sending.send import SendResult
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import archive
from mailroom.records.emails.models import Direction
from mailroom.records.preferences import current

Clock = Callable[[], datetime]


class Exchange(StrEnum):
    """The actions of SM507010, by the words of the window."""

    RECEIVE_ALL = "Receive all"
    SEND_ALL = "Send all"
    SEND_RECEIVE_ALL = "Send/receive all"


@dataclass(frozen=True, slots=True)
class AccountResult:
    """What an action came to on one account; a part that did not run is None."""

    account: str
    received: ReceiveResult | None = None
    processed: ProcessResult | None = None
    sent: SendResult | None = None
    archived: int = 0

    @property
    def error(self) -> str:
        """The first thing that went wrong, in words; empty when nothing did."""
        parts = (self.received, self.processed, None if self._sent_elsewhere else self.sent)
        return next((part.error for part in parts if part and part.error), "")

    def __str__(self) -> str:
        """The result as a row shows it: "31 received, 12 sent"."""
        words = []
        if self.received is not None:
            words.append(_("%(n)d received") % {"n": self.received.stored})
        if self.sent is not None:
            words.append(self.sent.error if self._sent_elsewhere else _("%(n)d sent") % {"n": self.sent.sent})
        if self.sent is not None and self.sent.failed:
            words.append(_("%(n)d failed") % {"n": self.sent.failed})
        if self.archived:
            words.append(_("%(n)d archived") % {"n": self.archived})
        return ", ".join(words)

    @property
    def _sent_elsewhere(self) -> bool:
        return self.sent is not None and self.sent.busy

    @property
    def emails(self) -> int:
        """How many emails came or went."""
        return (self.received.stored if self.received else 0) + (self.sent.sent if self.sent else 0)


def active_accounts() -> list[int]:
    """The ids of all accounts that may be sent and received."""
    return list(EmailAccount.objects.filter(active=True).values_list("pk", flat=True))


def run(
    action: Exchange, accounts: Iterable[int], read_clock: Clock, manual: bool, go_on: Callable[[], bool]
) -> Iterator[AccountResult]:
    """Run `action` on each account and yield its result; stops before the next one when `go_on` says False."""
    for account_id in accounts:
        if not go_on():
            return
        yield run_one(action, account_id, read_clock, manual)


def run_one(
    action: Exchange,
    account_id: int,
    read_clock: Clock,
    manual: bool,
    stop: Callable[[], bool] = lambda: False,
    progress: receive.Progress = lambda _done, _of: None,
) -> AccountResult:
    """Run `action` on one account. `manual`: a person pressed the button, so a failed try is final.

    `stop` and `progress` are those of `send.send_account` and `receive.receive_account`.
    """
    months = current.read().archive_emails
    name = EmailAccount.objects.values_list("email_account_id", flat=True).get(pk=account_id)
    received = processed = sent = None
    archived = 0
    if action is not Exchange.RECEIVE_ALL:
        sent = send.send_account(account_id, read_clock(), manual=manual, stop=stop, progress=progress)
        archived += archive.archive_older_than(account_id, Direction.OUTGOING, months, read_clock())
    if action is not Exchange.SEND_ALL:
        received = receive.receive_account(account_id, read_clock(), stop, progress)
        processed = pipeline.process_account(account_id, read_clock())
        archived += archive.archive_older_than(account_id, Direction.INCOMING, months, read_clock())
    return AccountResult(name, received, processed, sent, archived)
