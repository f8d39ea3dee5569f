"""What a server's answer makes of a mail: outcomes on the ledger, and sent, tried again, failed or in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mailroom.flows.sending import claims, retry
from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.sending.retry import Failure
from mailroom.flows.sending.smtp import Reply, SessionLost, Transaction
from mailroom.records.emails import ledger, status
from mailroom.records.emails.models import Attempt, Email, Recipient
from mailroom.records.emails.models.content import Outcome


@dataclass(slots=True)
class Counts:
    """What a run came to."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """What the retry decision needs to know of a mail."""

    failed_tries: int
    allowed: int
    manual: bool
    jitter: float


@transaction.atomic
def answered(
    email: Email,
    waiting: Sequence[Recipient],
    attempt: Sequence[Attempt],
    server: str,
    done: Transaction,
    counts: Counts,
    policy: Policy,
    now: datetime,
) -> None:
    """Record the server's answer to one mail and to each of its recipients."""
    first = attempt[0] if attempt else None
    outcomes, again = _outcomes(waiting, done, policy, now)
    ledger.record(outcomes, now)
    accepted = any(outcome == Outcome.ACCEPTED for outcome, _words in outcomes.values())
    words = _telling(done)
    ledger.end(first, email, server, "accepted" if accepted else "deferred" if again else "refused", words, now)
    if again is not None:
        _try_again(email, words, again, now)
        counts.deferred += 1
    elif accepted or _had_any(email):
        status.mark_processed(email, now)
        counts.sent += 1
    else:
        failed(email, counts, words, "send", now)


def _outcomes(
    waiting: Sequence[Recipient], done: Transaction, policy: Policy, now: datetime
) -> tuple[dict[int, tuple[str, str]], datetime | None]:
    """By recipient the outcome and the server's words, and when those who wait are tried again."""
    replies = {row.pk: _reply_to(row, done) for row in waiting}
    temporary = [pk for pk, reply in replies.items() if not reply.accepted and not reply.permanent]
    again = None
    if temporary:
        again = retry.decide(
            Failure.TEMPORARY, policy.failed_tries, policy.allowed, policy.manual, now, policy.jitter
        ).again_at
    outcomes = {}
    for pk, reply in replies.items():
        kept = Outcome.WAITING if pk in temporary and again is not None else Outcome.REFUSED
        outcomes[pk] = (str(Outcome.ACCEPTED if reply.accepted else kept), str(reply))
    return outcomes, again


def _reply_to(row: Recipient, done: Transaction) -> Reply:
    """A recipient's own refusal, else the reply to the whole mail."""
    own = done.recipients.get(row.address)
    return own if own is not None and not own.accepted else done.message


def _telling(done: Transaction) -> str:
    """The words to show: the first refusal, else the reply to the mail."""
    refused = [f"{address}: {reply}" for address, reply in done.recipients.items() if not reply.accepted]
    return "; ".join(refused[:5]) or str(done.message)


def _had_any(email: Email) -> bool:
    return email.recipients.filter(outcome=Outcome.ACCEPTED).exists()


def _try_again(email: Email, words: str, again: datetime, now: datetime) -> None:
    Email.objects.filter(pk=email.pk).update(attempts=email.attempts + 1)
    status.mark_pending_again(email, now, again, words)


def failed(email: Email, counts: Counts, words: str, step: str, now: datetime) -> None:
    """The mail failed for good, with the reason; who waited is refused."""
    email.recipients.filter(outcome=Outcome.WAITING).update(outcome=Outcome.REFUSED, reply=words, outcome_at=now)
    Email.objects.filter(pk=email.pk).update(attempts=email.attempts + 1)
    status.mark_failed(email, now, words, step)
    counts.failed += 1


def lost(
    email: Email,
    attempt: Sequence[Attempt],
    options: SendingOptions,
    counts: Counts,
    error: SessionLost,
    policy: Policy,
    now: datetime,
) -> None:
    """The connection ended: after DATA the mail is in doubt, before it the mail is tried again."""
    if error.after_data:
        claims.put_in_doubt([email.pk], options, now)
        counts.in_doubt += 1
        return
    again = retry.decide(
        Failure.TEMPORARY, policy.failed_tries, policy.allowed, policy.manual, now, policy.jitter
    ).again_at
    ledger.end(attempt[0] if attempt else None, email, "", "lost", str(error), now)
    if again is None:
        failed(email, counts, str(error), "connection", now)
    else:
        _try_again(email, str(error), again, now)
        counts.deferred += 1
