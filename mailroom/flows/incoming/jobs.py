"""Long work that a person starts in a window: sending and receiving accounts, processing chosen emails."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db.models import Q
from django.utils.translation import gettext as _

from mailroom.base import clock, engine
from mailroom.flows.incoming import exchange, pipeline
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.sending import send
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.jobs import JobState

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=10)
EXCHANGE, PROCESS = "exchange", "process"
CHUNK = 20


def start_exchange(action: Exchange, accounts: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Receive all, Send all or Send/receive all over accounts."""
    return _start(EXCHANGE, str(action), {"action": str(action), "ids": list(accounts)}, "accounts", window_id, by, now)


def start_processing(emails: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Process of SM507000: send or process these emails now."""
    return _start(PROCESS, _("Process"), {"ids": list(emails)}, "emails", window_id, by, now)


def _start(
    kind: str, title: str, arguments: dict[str, object], unit: str, window_id: str, by: User, now: datetime
) -> Job:
    ids = arguments["ids"]
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
        (_exchange if job.kind == EXCHANGE else _process)(job)
    except Exception as error:  # whatever happens, the person who waits is told
        log.exception("job failed", job=job_id)
        job.state, job.message = JobState.FAILED, f"{type(error).__name__}: {error}"
    else:
        job.state = JobState.CANCELED if _canceled(job) else JobState.DONE
    job.finished_at = clock.now()
    job.save(update_fields=["state", "message", "finished_at"])


def _canceled(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, cancel_requested=True).exists()


def _tell(job: Job, key: str, error: str, done: int = 1) -> None:
    """Count one row and keep the reason of a failed one."""
    if error:
        job.failed += done
        job.results[key] = error
    else:
        job.done += done
    job.lease_until = clock.now() + LEASE
    job.save(update_fields=["done", "failed", "results", "lease_until"])


def _exchange(job: Job) -> None:
    action = Exchange(job.arguments["action"])
    ids = list(job.arguments["ids"][job.done + job.failed :])
    for account_id in ids:
        if _canceled(job):
            return
        result = exchange.run_one(action, account_id, clock.now, manual=True)
        _tell(job, result.account, result.error)


def _process(job: Job) -> None:
    """Chosen emails by account and direction, a few at a time so that Cancel is heard."""
    rows = Email.objects.filter(pk__in=job.arguments["ids"], status__in=(Status.PENDING, Status.FAILED))
    groups: dict[tuple[int, str], list[int]] = {}
    for pk, account_id, direction in rows.order_by("account_id", "pk").values_list("pk", "account_id", "direction"):
        groups.setdefault((account_id, direction), []).append(pk)
    for (account_id, direction), ids in groups.items():
        for start in range(0, len(ids), CHUNK):
            if _canceled(job):
                return
            _process_chunk(job, account_id, direction, ids[start : start + CHUNK])


def _process_chunk(job: Job, account_id: int, direction: str, ids: list[int]) -> None:
    if direction == Direction.OUTGOING:
        error = send.send_account(account_id, clock.now(), manual=True, only=ids).error
    else:
        error = pipeline.process_account(account_id, clock.now(), ids, job.owner).error
    for pk, status, reason in Email.objects.filter(pk__in=ids).values_list("pk", "status", "error"):
        _tell(job, str(pk), "" if status == Status.PROCESSED else reason or error or _("Not processed"))


def all_accounts() -> list[int]:
    """The accounts that Process all of SM507010 runs over."""
    return list(EmailAccount.objects.filter(active=True).values_list("pk", flat=True))
