"""Long work that a person starts, watches and can stop or take back: a row with counts that a worker carries out.

The kinds of work are registered by the rooms that carry them out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from mailroom.base import audit, clock, engine
from mailroom.records.emails import status
from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.jobs import LIVE, JobState
from mailroom.records.organisation.models.people import Role

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=10)
ENDED = frozenset({JobState.DONE, JobState.CANCELED})
Back = Callable[[Job, User, datetime], Job]


@dataclass(frozen=True, slots=True)
class Kind:
    """What carries out jobs of a kind, and what starts the job that takes one back, where there is a way back."""

    run: Callable[[Job], None]
    may_go_back: Callable[[Job], bool]
    back: Back | None
    by: frozenset[Role]


class TakenOver(Exception):
    """Another worker has begun the job anew."""


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    run: Callable[[Job], None],
    may_go_back: Callable[[Job], bool] = lambda job: False,
    back: Back | None = None,
    by: frozenset[Role] = frozenset(Role) - {Role.READER},
) -> None:
    """Say what carries out jobs of a kind; it counts on the job by `tell` and stops when `canceled`.

    `back` starts the job that takes an ended one back, of those that `may_go_back` allows, for users of the roles `by`.
    """
    _kinds[kind] = Kind(run, may_go_back, back, by)


def start(
    kind: str, title: str, arguments: dict[str, Any], unit: str, window_id: str, by: User | None, now: datetime
) -> Job:
    """A job of a registered kind; `ids` among its arguments are its rows."""
    job = _made(kind, title, arguments, unit, window_id, by, now)
    engine.wake("scheduling.job", job_id=job.pk)
    return job


def at_once(
    kind: str, title: str, arguments: dict[str, Any], unit: str, window_id: str, by: User | None, now: datetime
) -> Job:
    """The same carried out here and now, as a command that waits for its end wants it."""
    job = _made(kind, title, arguments, unit, window_id, by, now, state=JobState.RUNNING)
    _carry_out(job, "command line")
    return job


def waiting(now: datetime) -> list[int]:
    """Jobs that nobody has begun, and those whose worker died."""
    return list(Job.objects.filter(_free(now)).values_list("pk", flat=True))


def run(job_id: int) -> None:
    """Run one job, unless another worker has it."""
    now = clock.now()
    taken = {"state": JobState.RUNNING, "started_at": now, "lease_until": now + LEASE}
    if Job.objects.filter(_free(now), pk=job_id).update(**taken):
        _carry_out(Job.objects.get(pk=job_id), "window")


def cancel(job: Job) -> None:
    """Ask a job that has not ended to stop: what has begun is finished, the rest is left."""
    Job.objects.filter(pk=job.pk, state__in=LIVE).update(cancel_requested=True)
    job.refresh_from_db()


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
    keep(job)


def keep(job: Job) -> None:
    """Save how far the job is, for those who watch; its lease begins anew.

    Raises TakenOver where another worker has begun it since: it was thought dead, and the job is not its any more.
    """
    job.lease_until = clock.now() + LEASE
    names = ("total", "done", "failed", "results", "message", "lease_until")
    if not _mine(job).update(**{name: getattr(job, name) for name in names}):
        raise TakenOver


def is_mine(job: Job) -> bool:
    """Whether no other worker has begun the job since this one did."""
    return _mine(job).exists()


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, started_at=job.started_at)


def can_be_undone(job: Job) -> bool:
    """Whether the job has ended, did something, and has not been taken back."""
    kind = _kinds.get(job.kind)
    ended = job.state in ENDED and job.done > 0 and "undone" not in job.arguments
    return ended and kind is not None and kind.back is not None and kind.may_go_back(job)


def undo(job: Job, by: User, now: datetime) -> Job:
    """The job that takes this one back.

    Raises status.Refused where that cannot be, PermissionDenied for other roles.
    """
    back = _kinds[job.kind].back if can_be_undone(job) else None
    if back is not None and by.role not in _kinds[job.kind].by:  # it may be another than when the job was started
        raise PermissionDenied
    if back is None:
        raise status.Refused(_("This cannot be taken back any more."))
    Job.objects.filter(pk=job.pk).update(arguments=job.arguments | {"undone": True})
    return back(job, by, now)


def _free(now: datetime) -> Q:
    return Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=now)


def _made(
    kind: str,
    title: str,
    arguments: dict[str, Any],
    unit: str,
    window_id: str,
    by: User | None,
    now: datetime,
    state: JobState = JobState.WAITING,
) -> Job:
    ids = arguments.get("ids")
    runs = state == JobState.RUNNING
    return Job.objects.create(
        kind=kind,
        title=title,
        window_id=window_id,
        owner=by,
        arguments=arguments,
        total=len(ids) if isinstance(ids, list) else 0,
        unit=unit,
        created_at=now,
        state=state,
        started_at=now if runs else None,
        lease_until=clock.now() + LEASE if runs else None,
    )


def _carry_out(job: Job, way: str) -> None:
    try:
        with audit.acting(job.owner, way), _in_owners_language(job):
            _kinds[job.kind].run(job)
    except TakenOver:
        log.warning("job taken over", job=job.pk)
        return
    except Exception as error:  # whatever happens, the person who waits is told
        log.exception("job failed", job=job.pk)
        job.state, job.message = JobState.FAILED, f"{type(error).__name__}: {error}"
    else:
        job.state = JobState.CANCELED if canceled(job) else JobState.DONE
    job.finished_at = clock.now()
    _mine(job).update(state=job.state, message=job.message, finished_at=job.finished_at)


def _in_owners_language(job: Job) -> translation.override:
    """Who started the job reads the words that are kept on it."""
    return translation.override(job.owner.language if job.owner is not None else "en")
