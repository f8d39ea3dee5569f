"""How receiving stands for an account: the last run, the next one, lag, throughput, each folder's cursor."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from mailroom.flows.receiving import troubles
from mailroom.flows.receiving.models import IMPORTED, FolderCursor, ReceivingOptions, ReceivingState
from mailroom.records.email_accounts.connection import Trouble
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol

LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE_OF_SIGN_IN = timedelta(minutes=30)  # a password tried over and over locks the mailbox at some providers
PARTLY = "partly"  # the kind of a trouble that left other folders whole
EVERY = ReceivingOptions._meta.get_field("receive_every_seconds").get_default()


@dataclass(frozen=True, slots=True)
class Run:
    """What one run came to."""

    seconds: float
    found: int
    stored: int
    lag_seconds: int | None = None


def pause(failures: int, every: timedelta, kind: str) -> timedelta:
    """How long to wait for the next try: the account's rhythm, doubled with each failure in a row up to a limit."""
    if not failures:
        return every
    longest = LONGEST_PAUSE_OF_SIGN_IN if kind in {"password", "consent"} else LONGEST_PAUSE
    doubled: timedelta = every * 2 ** min(failures - 1, 10)
    return max(every, min(doubled, longest))


def begun(account: EmailAccount, now: datetime) -> None:
    """A run has begun."""
    ReceivingState.objects.update_or_create(account=account, defaults={"running_since": now})


def ended(account: EmailAccount, now: datetime, run: Run, trouble: Trouble | None) -> None:
    """A run has ended; `trouble` is why it was not a whole one. Trouble with some of the folders slows nothing down."""
    options, _made = ReceivingOptions.objects.get_or_create(account=account)
    before, _made = ReceivingState.objects.get_or_create(account=account)
    failed = trouble is not None and trouble.kind != PARTLY
    failures = before.failures + 1 if failed else 0
    every = timedelta(seconds=options.receive_every_seconds or EVERY)
    error = str(trouble) if trouble else ""
    options_now: dict[str, Any] = {"last_error": error, "last_try_at": now}
    ReceivingOptions.objects.filter(pk=options.pk).update(**options_now | ({} if failed else {"last_receive_at": now}))
    changes: dict[str, Any] = {
        "running_since": None,
        "last_seconds": run.seconds,
        "last_found": run.found,
        "last_stored": run.stored,
        "failures": failures,
        "next_try_at": now + pause(failures, every, trouble.kind if trouble else ""),
    }
    if run.lag_seconds is not None:
        changes["lag_seconds"] = run.lag_seconds
    ReceivingState.objects.filter(pk=account.pk).update(**changes)
    troubles.after_run(account, trouble, not failed, now)


def due(now: datetime) -> QuerySet[EmailAccount]:
    """The accounts to receive now: their time has come, they were never tried, or were changed since the last try."""
    accounts = EmailAccount.objects.filter(active=True).exclude(incoming_mail_protocol=IncomingMailProtocol.NONE)
    never = Q(receiving__last_try_at=None) | Q(receiving_state__next_try_at=None)
    changed = Q(receiving__last_try_at__lt=F("changed_at"))
    return accounts.filter(never | changed | Q(receiving_state__next_try_at__lte=now))


def export(account: EmailAccount) -> dict[str, Any]:
    """The receiving state as the API and the command line print it."""
    options = ReceivingOptions.objects.filter(account=account).first() or ReceivingOptions()
    state = ReceivingState.objects.filter(account=account).first() or ReceivingState()
    return {
        "running_since": state.running_since,
        "last_run": options.last_try_at,
        "last_receive_date": options.last_receive_at,
        "next_run": state.next_try_at,
        "last_error": options.last_error,
        "failures": state.failures,
        "last_found": state.last_found,
        "last_stored": state.last_stored,
        "last_seconds": round(state.last_seconds, 3),
        "emails_per_second": throughput(state),
        "lag_seconds": state.lag_seconds,
        "push_since": state.watched_since,
        "push_error": state.watch_error,
        "folders": [
            {
                "folder": row.folder or "INBOX",
                "uidvalidity": row.uidvalidity,
                "highest_uid": row.highest_uid,
                "left": row.left,
                "unreadable": len(row.unreadable),
                "read_at": row.read_at,
                "error": row.error,
            }
            for row in FolderCursor.objects.filter(account=account)
            .exclude(folder__startswith=IMPORTED)
            .order_by("folder")
        ],
    }


def throughput(state: ReceivingState) -> float:
    """Emails a second in the last run."""
    return round(state.last_found / state.last_seconds, 1) if state.last_seconds else 0.0
