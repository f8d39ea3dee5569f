"""Sends what is due on one account: claim, sessions, mark before each body, act, record each recipient's outcome."""

import contextlib
import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from django.db.models import F
from django.utils.translation import gettext as _

from mailroom.base import clock, mapping
from mailroom.flows.sending import claims, holding, journal, pace, retry, settle
from mailroom.flows.sending.models import SendingOptions, SendingSession
from mailroom.flows.sending.run import CLAIM, MAILS_A_SESSION, Run, policy
from mailroom.flows.watching import alerts
from mailroom.flows.watching.models import Kind
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import status
from mailroom.records.emails.moves import Action
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
TROUBLES = (OSError, connection.SignInRefused, connection.Refused)
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class SendResult:
    """What one run over an account came to; `seconds` is wall time.

    `busy`: another worker sends on the account and takes this mail too; `error` says so, and nothing is wrong.
    """

    account: str
    sent: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0
    seconds: float = 0.0
    error: str = ""
    busy: bool = False


def send_account(
    account_id: int,
    now: datetime,
    manual: bool = False,
    only: Collection[int] | None = None,
    read_clock: Clock = clock.now,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> SendResult:
    """Send what is due. `manual`: a person asked, so a failed try is final and a resting account is tried at once.

    `only` names mails to send now, failed ones among them. While suspended only security mail goes out (T14).
    `stop` is asked some ten times a second while mail goes out: what was not tried is then given back. `progress` is
    told as often how many of how many mails have been tried.
    """
    mapping.off()
    started = time.monotonic()
    account = EmailAccount.objects.get(pk=account_id)
    options = SendingOptions.objects.get_or_create(account=account)[0]
    run = Run(account, options, policy(manual), read_clock, stop, progress)
    run.due = claims.count_due(account, now, only) if progress is not None else 0
    run.counts = claims.take_up_after_death(account, options, run.policy, now)
    holding.cancel_answered(account_id, now)
    error = _why_not(run, now)
    if not error:
        error = _work(run, now, only)
    counts = run.counts
    seconds = time.monotonic() - started
    return SendResult(
        account.email_account_id,
        counts.sent,
        counts.deferred,
        counts.failed,
        counts.in_doubt,
        seconds,
        error,
        run.busy,
    )


def _why_not(run: Run, now: datetime) -> str:
    if not run.account.active:
        return _("The account is not active.")
    held = run.options.held_until
    if held is not None and held > now and not run.policy.manual:
        return run.options.last_error
    return ""


def _work(run: Run, now: datetime, only: Collection[int] | None) -> str:
    """Take a slot and send; the error that stopped it, or nothing."""
    moment = max(now, run.read_clock())
    if only is not None and run.policy.manual:
        changes = {"error": "", "failed_step": "", "attempts": 0, "next_attempt_at": moment}
        settle.forget_refusals(status.move_many(only, Action.PROCESS, now, changes=changes).ids)
    if not journal.open_slots(run.account.pk, run.name, run.options.most_sessions, 1, moment):
        run.busy = True
        return _("Another worker is sending on this account; it takes this mail too.") if run.policy.manual else ""
    try:
        wanted = list(only) if only is not None else []
        parts = [None] if only is None else [wanted[start : start + CLAIM] for start in range(0, len(wanted), CLAIM)]
        errors = [_batches(run, now, part) for part in parts]
        run.write()
        claims.plan_again(wanted, now)
        return next((error for error in errors if error), "")
    except journal.LeaseLost:
        return _("Another worker has taken this run for dead and goes on with its mail.")
    except Exception:  # whatever failed, what the server answered is known and is kept
        with contextlib.suppress(Exception):  # the error that is raised is the first one
            run.write()
        raise
    finally:
        run.close()


def _batches(run: Run, now: datetime, only: Collection[int] | None) -> str:
    """Claim and send until nothing is due, or the run is to stop."""
    while not run.stop():
        suspended = current.is_suspended()
        moment = max(now, run.read_clock())
        if suspended and run.ahead is not None:
            run.return_rest(_("Email processing is suspended."))
        offers = run.take_ahead() or _claim(run, moment, only, suspended)
        if not offers and run.unwritten:
            run.write()  # of these the server took a part, and wants the rest at once
            offers = _claim(run, max(now, run.read_clock()), only, suspended)
        if not offers:
            return _("Email processing is suspended.") if suspended else ""
        if len(offers) == CLAIM:
            run.beside.begin()
        if only is None and not suspended and run.beside.runs and not pace.is_limited(run.options, moment):
            run.ahead = run.beside.submit(partial(_claim, run, moment))
        error = _batch(run, offers, moment)
        if error or only is not None:
            return error
    run.return_rest(_("Its worker stopped before it was offered to the server."))
    return ""


def _claim(
    run: Run, moment: datetime, only: Collection[int] | None = None, security_only: bool = False
) -> list[claims.Offer]:
    """The next mails."""
    return claims.claim(run.account, run.name, moment, CLAIM, only, security_only, run.options)


def _batch(run: Run, offers: list[claims.Offer], moment: datetime) -> str:
    """Send claimed mails. A server that cannot be used fails the session, never the mails."""
    wanted = _sessions(run, len(offers), moment)
    run.queue.extend(offers)
    while run.queue:
        try:
            run.open(wanted)
        except TROUBLES as error:
            return _unusable(run, connection.explain(error))
        run.send(list(run.queue))
        if run.trouble:
            _rest(run, run.trouble)
            return run.trouble
        if run.limited and not _try_another_session(run):
            _rest(run, run.limited)
            return run.limited
    _went_well(run)
    return ""


def _sessions(run: Run, mails: int, moment: datetime) -> int:
    """How many sessions these mails are worth; the account's own most, over all workers, is never passed."""
    wanted = min(run.options.most_sessions, -(-mails // MAILS_A_SESSION))
    have = SendingSession.objects.filter(holder=run.name).count()
    if wanted > have:
        have += journal.open_slots(run.account.pk, run.name, run.options.most_sessions, wanted - have, moment)
    return max(1, min(wanted, have))


def _try_another_session(run: Run) -> bool:
    """Whether the server's limit is one of mails a session, so that a fresh session may go on; it is remembered."""
    minute = time.monotonic() - 60
    recent = sum(1 for moment in run.accepted_at if moment > minute)
    pace.learn(run.options, run.most_taken, recent, run.read_clock())
    return run.most_taken > 0


def _unusable(run: Run, why: connection.Trouble) -> str:
    trouble = str(why)
    run.write()
    ids = [offer.email_id for offer in run.queue]
    run.return_rest(trouble)
    if run.policy.manual:
        settle.fail(dict.fromkeys(ids, trouble), "connect", run.read_clock())
        run.counts.failed += len(ids)
    _rest(run, trouble, why.kind)
    return trouble


def _went_well(run: Run) -> None:
    now = run.read_clock()
    SendingOptions.objects.filter(pk=run.account.pk).update(
        last_send_at=now, last_try_at=now, last_error="", held_until=None, failed_sessions=0
    )
    alerts.worked(run.account, Kind.CANNOT_SEND, now)


def _rest(run: Run, trouble: str, kind: str = "") -> None:
    """The account rests before its next session; no mail uses up its attempts meanwhile."""
    now = run.read_clock()
    pause = retry.spread(retry.account_pause(run.options.failed_sessions + 1), random.random())  # noqa: S311 not a secret
    SendingOptions.objects.filter(pk=run.account.pk).update(
        last_try_at=now, last_error=trouble, held_until=now + pause, failed_sessions=F("failed_sessions") + 1
    )
    alerts.failed(run.account, Kind.CANNOT_SEND, kind, trouble, now)
    log.warning("account cannot send", account=run.account.email_account_id, error=trouble)
