"""What a server's answer makes of a mail: a pure function of the answer, the recipients and the retry policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailroom.flows.sending import retry
from mailroom.flows.sending.replies import Reply, Transaction
from mailroom.flows.sending.retry import Failure
from mailroom.flows.sending.smtp import wire_address
from mailroom.records.emails.models.content import Outcome

TOO_MANY_RECIPIENTS = 452


class Fate(StrEnum):
    """Where the mail goes."""

    SENT = "accepted"
    AGAIN = "deferred"
    FAILED = "refused"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the retry decision needs to know besides the answer."""

    allowed: int
    manual: bool
    jitter: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """By recipient id the outcome and the words; the mail's fate; when it is tried again; whether the try counts."""

    outcomes: dict[int, tuple[str, str]]
    fate: Fate
    words: str
    again_at: datetime | None = None
    counts: bool = True


def judge(
    recipients: Sequence[tuple[int, str]], failed_tries: int, done: Transaction, policy: Policy, now: datetime
) -> Verdict:
    """`recipients`: id and address of each who was offered the mail; `failed_tries`: how many tries failed before."""
    refused = done.refused
    replies = {
        pk: refused.get(wire_address(address), done.message) if refused else done.message for pk, address in recipients
    }
    temporary = {pk for pk, reply in replies.items() if not reply.accepted and not reply.permanent}
    accepted = any(reply.accepted for reply in replies.values())
    progress = accepted and all(replies[pk].code == TOO_MANY_RECIPIENTS for pk in temporary)
    again = _again(bool(temporary), progress, failed_tries, policy, now)
    outcomes = {pk: (_outcome(reply, again is not None), str(reply)) for pk, reply in replies.items()}
    fate = Fate.AGAIN if again else Fate.SENT if accepted else Fate.FAILED
    return Verdict(outcomes, fate, _telling(done), again, counts=not progress)


def _again(temporary: bool, progress: bool, failed_tries: int, policy: Policy, now: datetime) -> datetime | None:
    if not temporary:
        return None
    if progress:  # RFC 5321 §4.5.3.1.10: the server takes the rest in a mail of its own, at once
        return now
    return retry.decide(Failure.TEMPORARY, failed_tries + 1, policy.allowed, policy.manual, now, policy.jitter).again_at


def _outcome(reply: Reply, tried_again: bool) -> str:
    if reply.accepted:
        return str(Outcome.ACCEPTED)
    return str(Outcome.WAITING if tried_again and not reply.permanent else Outcome.REFUSED)


def _telling(done: Transaction) -> str:
    """The words to show: the first refusals, else the reply to the mail."""
    return "; ".join(f"{address}: {reply}" for address, reply in list(done.refused.items())[:5]) or str(done.message)
