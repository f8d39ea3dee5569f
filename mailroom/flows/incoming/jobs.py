"""Sending and receiving accounts, and processing chosen emails, as jobs that a person starts in a window."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.flows.incoming import exchange, pipeline
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.scheduling import jobs
from mailroom.flows.sending import send
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.organisation.models import Job, User

PROGRESS_SECONDS = 1.0
EXCHANGE, PROCESS = "exchange", "process"
CHUNK = 20


def start_exchange(action: Exchange, accounts: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Receive all, Send all or Send/receive all over accounts."""
    arguments = {"action": str(action), "ids": list(accounts)}
    return jobs.start(EXCHANGE, str(action), arguments, _("accounts"), window_id, by, now)


def start_processing(emails: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Process of SM507000: send or process these emails now."""
    return jobs.start(PROCESS, _("Process"), {"ids": list(emails)}, _("emails"), window_id, by, now)


def _exchange(job: Job) -> None:
    action = Exchange(job.arguments["action"])
    ids = list(job.arguments["ids"][job.done + job.failed :])
    for account_id in ids:
        if jobs.canceled(job):
            return
        result = exchange.run_one(
            action,
            account_id,
            clock.now,
            manual=True,
            stop=lambda: jobs.canceled(job),
            progress=_telling(job, account_id),
        )
        jobs.tell(job, result.account, result.error, str(result))


def _telling(job: Job, account_id: int) -> Callable[[int, int], None]:
    """Tells those who watch how far the account in turn is, and keeps the job's lease meanwhile."""
    name = EmailAccount.objects.values_list("email_account_id", flat=True).get(pk=account_id)
    told = float("-inf")

    def progress(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            words = _("%(account)s: %(done)d of %(of)d emails") % {"account": name, "done": done, "of": of}
            Job.objects.filter(pk=job.pk).update(message=words, lease_until=clock.now() + jobs.LEASE)

    return progress


def _process(job: Job) -> None:
    """Chosen emails by account and direction, a few at a time; Cancel is heard amid them, too."""
    rows = Email.objects.filter(pk__in=job.arguments["ids"], status__in=(Status.PENDING, Status.FAILED))
    groups: dict[tuple[int, str], list[int]] = {}
    for pk, account_id, direction in rows.order_by("account_id", "pk").values_list("pk", "account_id", "direction"):
        groups.setdefault((account_id, direction), []).append(pk)
    for (account_id, direction), ids in groups.items():
        for start in range(0, len(ids), CHUNK):
            if jobs.canceled(job):
                return
            _process_chunk(job, account_id, direction, ids[start : start + CHUNK])


def _process_chunk(job: Job, account_id: int, direction: str, ids: list[int]) -> None:
    if direction == Direction.OUTGOING:
        error = send.send_account(
            account_id,
            clock.now(),
            manual=True,
            only=ids,
            stop=lambda: jobs.canceled(job),
            progress=_telling(job, account_id),
        ).error
    else:
        error = pipeline.process_account(account_id, clock.now(), ids, job.owner).error
    given_back = jobs.canceled(job)
    for pk, status, reason in Email.objects.filter(pk__in=ids).values_list("pk", "status", "error"):
        if given_back and status == Status.PENDING:
            continue  # not tried: it waits as before
        jobs.tell(job, str(pk), "" if status == Status.PROCESSED else reason or error or _("Not processed"))


def register() -> None:
    """Let jobs of these kinds be run."""
    jobs.register(EXCHANGE, _exchange)
    jobs.register(PROCESS, _process)
