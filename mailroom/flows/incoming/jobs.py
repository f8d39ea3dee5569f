"""Long work that a person starts in a window: sending and receiving accounts, processing chosen emails."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Q
from django.utils.translation import gettext as _

from mailroom.base import audit, clock, engine
from mailroom.flows.incoming import exchange, pipeline
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.sending import send
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.jobs import JobState

log = structlog.get_logger(__name__)
PROGRESS_SECONDS = 1.0
LEASE = timedelta(minutes=10)
EXCHANGE, PROCESS = "exchange", "process"
_kinds: dict[str, Callable[[Job], None]] = {}
CHUNK = 20


def register(kind: str, run: Callable[[Job], None]) -> None:
    """Say what carries out jobs of a kind; it counts on the job by `tell` and stops when `canceled`."""
    _kinds[kind] = run


def start_exchange(action: Exchange, accounts: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Receive all, Send all or Send/receive all over accounts."""
    arguments = {"action": str(action), "ids": list(accounts)}
    return start(EXCHANGE, str(action), arguments, _("accounts"), window_id, by, now)


def start_processing(emails: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Process of SM507000: send or process these emails now."""
    return start(PROCESS, _("Process"), {"ids": list(emails)}, _("emails"), window_id, by, now)


def start(kind: str, title: str, arguments: dict[str, Any], unit: str, window_id: str, by: User, now: datetime) -> Job:
    """A job of a registered kind; `ids` among its arguments are its rows."""
    ids = arguments.get("ids")
    job = Job.objects.create(
        kind=kind,
        title=title,
        window_id=window_id,
        owner=by,
        arguments=arguments,
        total=len(ids) if isinstance(ids, list) else 0,
        unit=unit,
        created_at=now,
    )
    engine.wake("incoming.job", job_id=job.pk)
    return job


def waiting(now: datetime) -> list[int]:
    """Jobs that nobody has begun, and those whose worker died."""
    dead = Q(state=JobState.RUNNING, lease_until__lt=now)
    return list(Job.objects.filter(Q(state=JobState.WAITING) | dead).values_list("pk", flat=True))


def run(job_id: int) -> None:
    """Run one job, unless another worker has it."""
    now = clock.now()
    free = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=now)
    if not Job.objects.filter(free, pk=job_id).update(state=JobState.RUNNING, started_at=now, lease_until=now + LEASE):
        return
    job = Job.objects.get(pk=job_id)
    try:
        with audit.acting(job.owner, "window"):
            _kinds[job.kind](job)
    except Exception as error:  # whatever happens, the person who waits is told
        log.exception("job failed", job=job_id)
        job.state, job.message = JobState.FAILED, f"{type(error).__name__}: {error}"
    else:
        job.state = JobState.CANCELED if canceled(job) else JobState.DONE
    job.finished_at = clock.now()
    job.save(update_fields=["state", "message", "finished_at"])


def canceled(job: Job) -> bool:
    """Whether a person asked the job to stop."""
    return Job.objects.filter(pk=job.pk, cancel_requested=True).exists()


def tell(job: Job, key: str, error: str, words: str = "") -> None:
    """Count one row with its result in words: the reason of a failed one, what came of any other."""
    if error:
        job.failed += 1
    else:
        job.done += 1
    job.results[key] = {"failed": bool(error), "words": error or words}
    job.lease_until = clock.now() + LEASE
    job.save(update_fields=["done", "failed", "results", "lease_until"])


def _exchange(job: Job) -> None:
    action = Exchange(job.arguments["action"])
    ids = list(job.arguments["ids"][job.done + job.failed :])
    for account_id in ids:
        if canceled(job):
            return
        result = exchange.run_one(
            action, account_id, clock.now, manual=True, stop=lambda: canceled(job), progress=_fetching(job, account_id)
        )
        tell(job, result.account, result.error, str(result))


def _fetching(job: Job, account_id: int) -> Callable[[int, int], None]:
    """Tells those who watch how far the account in turn is, and keeps the job's lease while it is being fetched."""
    name = EmailAccount.objects.values_list("email_account_id", flat=True).get(pk=account_id)
    told = float("-inf")

    def progress(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            words = _("%(account)s: %(done)d of %(of)d emails") % {"account": name, "done": done, "of": of}
            Job.objects.filter(pk=job.pk).update(message=words, lease_until=clock.now() + LEASE)

    return progress


def _process(job: Job) -> None:
    """Chosen emails by account and direction, a few at a time so that Cancel is heard."""
    rows = Email.objects.filter(pk__in=job.arguments["ids"], status__in=(Status.PENDING, Status.FAILED))
    groups: dict[tuple[int, str], list[int]] = {}
    for pk, account_id, direction in rows.order_by("account_id", "pk").values_list("pk", "account_id", "direction"):
        groups.setdefault((account_id, direction), []).append(pk)
    for (account_id, direction), ids in groups.items():
        for start in range(0, len(ids), CHUNK):
            if canceled(job):
                return
            _process_chunk(job, account_id, direction, ids[start : start + CHUNK])


def _process_chunk(job: Job, account_id: int, direction: str, ids: list[int]) -> None:
    if direction == Direction.OUTGOING:
        error = send.send_account(account_id, clock.now(), manual=True, only=ids).error
    else:
        error = pipeline.process_account(account_id, clock.now(), ids, job.owner).error
    for pk, status, reason in Email.objects.filter(pk__in=ids).values_list("pk", "status", "error"):
        tell(job, str(pk), "" if status == Status.PROCESSED else reason or error or _("Not processed"))


register(EXCHANGE, _exchange)
register(PROCESS, _process)
