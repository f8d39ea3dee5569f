"""Writes what answers make of mails: outcomes and attempts on the ledger, and sent, again, failed or in doubt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from mailroom.base import rows as tables
from mailroom.flows.sending import verdicts
from mailroom.flows.sending.models import SendingOptions, SentCopy
from mailroom.flows.sending.replies import Answer
from mailroom.flows.sending.verdicts import Fate, Policy, Verdict
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import ledger, status
from mailroom.records.emails.models import Attempt, Email, Recipient
from mailroom.records.emails.models.content import Outcome
from mailroom.records.emails.moves import Action

if TYPE_CHECKING:
    from mailroom.flows.sending.claims import Offer

FREE = {"lease_until": None, "lease_holder": ""}
DONE = FREE | {"error": "", "failed_step": ""}
UNKNOWN = "delivery"
ATTEMPT = ("email_id", "started_at", "finished_at", "server", "outcome", "reply")


@dataclass(slots=True)
class Counts:
    """What a run came to."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0

    @property
    def tried(self) -> int:
        """How many mails the server was offered."""
        return self.sent + self.deferred + self.failed + self.in_doubt


@transaction.atomic
def answered(
    account: EmailAccount,
    options: SendingOptions,
    answers: Sequence[tuple["Offer", Answer]],
    policy: Policy,
    counts: Counts,
    now: datetime,
) -> None:
    """Record the answers to a batch of mails: a constant number of statements, however many there are."""
    found = {
        offer.email_id: verdicts.judge(
            offer.recipients, offer.failed_tries, answer.done, _spread(policy, offer.email_id), now
        )
        for offer, answer in answers
    }
    ledger.record({pk: row for verdict in found.values() for pk, row in verdict.outcomes.items()}, now)
    tables.insert(
        Attempt,
        ATTEMPT,
        [
            (
                offer.email_id,
                answer.started_at,
                answer.finished_at,
                account.outgoing_mail_server,
                str(found[offer.email_id].fate),
                tables.plain(found[offer.email_id].words),
            )
            for offer, answer in answers
        ],
    )
    _move(account, options, found, counts, now)


def _spread(policy: Policy, email_id: int) -> Policy:
    """The policy with a jitter of the mail's own, so that a batch does not come back all at once."""
    return replace(policy, jitter=(policy.jitter + email_id * 0.618) % 1.0)


def _move(
    account: EmailAccount, options: SendingOptions, found: Mapping[int, Verdict], counts: Counts, now: datetime
) -> None:
    refused = [pk for pk, verdict in found.items() if verdict.fate is Fate.FAILED]
    partly = ledger.have_any(refused) if refused else set()
    sent = [pk for pk, verdict in found.items() if verdict.fate is Fate.SENT or pk in partly]
    again = {pk: verdict for pk, verdict in found.items() if verdict.fate is Fate.AGAIN}
    failed = {pk: found[pk].words for pk in refused if pk not in partly}
    if sent:
        status.move_many(sent, Action.FINISH, now, changes=DONE)
        tables.update(Email, ("error",), list(ledger.refusals(sent).items()))
        _copies(account, options, sent, now)
    _try_again(again, now)
    fail(failed, "send", now)
    counts.sent += len(sent)
    counts.deferred += len(again)
    counts.failed += len(failed)


def _copies(account: EmailAccount, options: SendingOptions, sent: Collection[int], now: datetime) -> None:
    if options.copy_to_sent_folder:
        rows = [SentCopy(email_id=pk, account=account, next_attempt_at=now) for pk in sent]
        SentCopy.objects.bulk_create(rows, ignore_conflicts=True)


def _try_again(again: Mapping[int, Verdict], now: datetime) -> None:
    if not again:
        return
    reasons = {pk: verdict.words for pk, verdict in again.items()}
    status.move_many(again, Action.RETURN, now, reason=reasons, changes=FREE)
    tables.update(
        Email,
        ("error", "next_attempt_at"),
        [(pk, tables.plain(verdict.words), verdict.again_at) for pk, verdict in again.items()],
    )
    counted = [pk for pk, verdict in again.items() if verdict.counts]
    Email.objects.filter(pk__in=counted).update(attempts=F("attempts") + 1)


def fail(reasons: Mapping[int, str], step: str, now: datetime) -> None:
    """These mails failed for good, each with its reason; who waited is refused."""
    if not reasons:
        return
    status.move_many(list(reasons), Action.FAIL, now, reason=reasons, changes=FREE | {"failed_step": step})
    tables.update(Email, ("error",), [(pk, tables.plain(words)) for pk, words in reasons.items()])
    Email.objects.filter(pk__in=list(reasons)).update(attempts=F("attempts") + 1)
    for words in set(reasons.values()):
        same = [pk for pk, reason in reasons.items() if reason == words]
        waiting = Recipient.objects.filter(email_id__in=same, outcome=Outcome.WAITING)
        waiting.update(outcome=Outcome.REFUSED, reply=words, outcome_at=now)


@transaction.atomic
def in_doubt(
    emails: Collection[int],
    account: EmailAccount,
    options: SendingOptions,
    counts: Counts,
    now: datetime,
    pause: timedelta = timedelta(0),
) -> None:
    """The server may have these: a person decides, or they go again after `pause` when the account says so."""
    if not emails:
        return
    server = account.outgoing_mail_server
    Attempt.objects.bulk_create(
        Attempt(email_id=pk, started_at=now, finished_at=now, server=server, outcome=Outcome.IN_DOUBT) for pk in emails
    )
    counts.in_doubt += len(emails)
    if options.resend_when_in_doubt:
        reason = _("Delivery is unknown; the account sends such mail again.")
        status.move_many(emails, Action.RETURN, now, reason=reason, changes=FREE | {"next_attempt_at": now + pause})
        Email.objects.filter(pk__in=list(emails)).update(attempts=F("attempts") + 1)
        return
    waiting = Recipient.objects.filter(email_id__in=list(emails), outcome=Outcome.WAITING)
    waiting.update(outcome=Outcome.IN_DOUBT, outcome_at=now)
    error = _(
        "Delivery unknown: the connection was lost after the mail was offered. Ask the recipient, or send it again."
    )
    changes = FREE | {"error": error, "failed_step": UNKNOWN}
    status.move_many(emails, Action.FAIL, now, reason=error, changes=changes)


def forget_refusals(emails: Collection[int]) -> None:
    """A person has these tried anew: who was refused waits again."""
    for start in range(0, len(list(emails)), 500):
        ids = list(emails)[start : start + 500]
        Recipient.objects.filter(email_id__in=ids, outcome=Outcome.REFUSED).update(outcome=Outcome.WAITING)
