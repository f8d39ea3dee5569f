"""Sends what is due on one account: claim, session, mark before DATA, act, record each recipient's outcome."""

import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db.models import F
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.flows.sending import claims, holding, retry, settle, smtp
from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.sending.settle import Counts
from mailroom.flows.sending.smtp import SessionLost, SmtpSession
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import ledger, status
from mailroom.records.emails.models import Attempt, Email
from mailroom.records.emails.moves import Action
from mailroom.records.files import store
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
TROUBLES = (OSError, connection.SignInRefused, connection.Refused)
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class SendResult:
    """What one run over an account came to; `seconds` is wall time."""

    account: str
    sent: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0
    seconds: float = 0.0
    error: str = ""


@dataclass(slots=True)
class _Run:
    """One run: whose mail, by whom it is held, and what it came to so far."""

    account: EmailAccount
    options: SendingOptions
    holder: str
    manual: bool
    read_clock: Clock
    counts: Counts = field(default_factory=Counts)
    limited: str = ""  # the server's words when it said that the account sends too much for now


def send_account(
    account_id: int,
    now: datetime,
    manual: bool = False,
    only: Collection[int] | None = None,
    read_clock: Clock = clock.now,
) -> SendResult:
    """Send what is due. `manual`: a person asked, so a failed try is final and a resting account is tried at once.

    `only` names mails to send now, failed ones among them. While suspended only security mail goes out (T14).
    """
    started = time.monotonic()
    account = EmailAccount.objects.get(pk=account_id)
    options = SendingOptions.objects.get_or_create(account=account)[0]
    run = _Run(account, options, claims.holder(), manual, read_clock)
    run.counts.in_doubt += claims.take_up_after_death(account, options, now)[1]
    holding.cancel_answered(account_id, now)
    error = _why_not(run, now)
    if not error:
        if only is not None and manual:
            status.move_many(only, Action.PROCESS, now, changes={"error": "", "failed_step": "", "attempts": 0})
        error = _sessions(run, now, only)
    counts = run.counts
    seconds = time.monotonic() - started
    return SendResult(
        account.email_account_id, counts.sent, counts.deferred, counts.failed, counts.in_doubt, seconds, error
    )


def _why_not(run: _Run, now: datetime) -> str:
    if not run.account.active:
        return _("The account is not active.")
    held = run.options.held_until
    if held is not None and held > now and not run.manual:
        return run.options.last_error
    return ""


def _sessions(run: _Run, now: datetime, only: Collection[int] | None) -> str:
    """Sessions of at most *Group mails* mails until nothing is due; the error that stopped them, or nothing."""
    while True:
        suspended = current.is_suspended()
        moment = max(now, run.read_clock())
        emails = claims.claim(run.account, run.holder, moment, run.account.group_mails or 1, only, suspended)
        if not emails:
            return _("Email processing is suspended.") if suspended else ""
        error = _session(run, emails)
        if error:
            return error
        if only is not None:
            return ""


def _session(run: _Run, emails: list[Email]) -> str:
    """One session over claimed mails. A server that cannot be used fails the session, never the mails."""
    left = {email.pk for email in emails}
    try:
        session = smtp.open_session(run.account)
    except TROUBLES as error:
        trouble = str(connection.explain(error))
        claims.give_back(left, run.read_clock(), trouble)
        if run.manual:
            _fail_by_hand(run, left, trouble)
        _rest(run, trouble)
        return trouble
    try:
        for email in emails:
            if current.is_suspended() and email.lane != 0:
                break
            left.discard(email.pk)
            if not _one(run, session, email):
                claims.give_back(left, run.read_clock(), _("The session ended before its turn."))
                left.clear()
                break
            claims.renew(left, run.holder, run.read_clock())
    finally:
        claims.give_back(left, run.read_clock(), _("The session ended before its turn."))
        session.close()
    if run.limited:
        _rest(run, run.limited)
        return run.limited
    SendingOptions.objects.filter(pk=run.account.pk).update(
        last_send_at=run.read_clock(), last_try_at=run.read_clock(), last_error="", held_until=None, failed_sessions=0
    )
    return ""


def _fail_by_hand(run: _Run, emails: Collection[int], trouble: str) -> None:
    """A person pressed the button and the server cannot be used: the mails fail at once, with the reason."""
    changes = {"error": trouble, "failed_step": "connect"}
    run.counts.failed += len(
        status.move_many(emails, Action.FAIL, run.read_clock(), reason=trouble, changes=changes).ids
    )


def _rest(run: _Run, trouble: str) -> None:
    """The account rests before its next session; no mail uses up its attempts meanwhile."""
    now = run.read_clock()
    pause = retry.spread(retry.account_pause(run.options.failed_sessions + 1), random.random())  # noqa: S311 not a secret
    SendingOptions.objects.filter(pk=run.account.pk).update(
        last_try_at=now, last_error=trouble, held_until=now + pause, failed_sessions=F("failed_sessions") + 1
    )
    log.warning("account cannot send", account=run.account.email_account_id, error=trouble)


def _one(run: _Run, session: SmtpSession, email: Email) -> bool:
    """Send one mail and settle it; False when the session is over."""
    server = run.account.outgoing_mail_server
    waiting = ledger.waiting(email)
    attempt: list[Attempt] = []
    try:
        raw = store.read(bytes(email.raw_sha256 or b""))
    except store.FileMissing as error:
        settle.failed(email, run.counts, str(error), "read", run.read_clock())
        return True
    if session.largest and len(raw) > session.largest:
        text = _("The mail has %(size)d bytes; the server takes %(largest)d.") % {
            "size": len(raw),
            "largest": session.largest,
        }
        settle.failed(email, run.counts, text, "size", run.read_clock())
        return True
    try:
        done = session.send(
            run.account.email_address,
            [row.address for row in waiting],
            raw,
            lambda: attempt.append(ledger.begin(email, server, run.read_clock())),
        )
    except SessionLost as lost:
        settle.lost(email, attempt, run.options, run.counts, lost, _policy(run, email), run.read_clock())
        return False
    if not run.manual and done.limits_the_account:
        ledger.end(None, email, server, "deferred", str(done.message), run.read_clock())
        claims.give_back([email.pk], run.read_clock(), str(done.message))
        run.counts.deferred += 1
        run.limited = str(done.message)
        return False
    settle.answered(email, waiting, attempt, server, done, run.counts, _policy(run, email), run.read_clock())
    return done.message.code != 421


def _policy(run: _Run, email: Email) -> settle.Policy:
    return settle.Policy(
        failed_tries=email.attempts + 1,
        allowed=current.read().automatic_resend_attempts,
        manual=run.manual,
        jitter=random.random(),  # noqa: S311 spreads retries, guards nothing
    )


def due_accounts(now: datetime) -> list[int]:
    """Accounts that have mail due, or mail whose worker died, and do not rest."""
    pending = Email.objects.filter(direction="outgoing", account__active=True)
    due = pending.filter(status="pending", next_attempt_at__lte=now)
    dead = pending.filter(status="in_process", lease_until__lt=now)
    ids = set(due.order_by().values_list("account_id", flat=True).distinct())
    ids |= set(dead.order_by().values_list("account_id", flat=True).distinct())
    resting = SendingOptions.objects.filter(account_id__in=ids, held_until__gt=now + timedelta(0))
    return sorted(ids - set(resting.values_list("account_id", flat=True)))
