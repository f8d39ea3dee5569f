"""Jobs: long work that was asked for, how far it is, and asking it to stop."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router
from ninja import Status as Answer

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID
from mailroom.flows.scheduling import jobs
from mailroom.records.organisation.models.jobs import Job

router = Router(tags=["jobs"])
MOST_RESULTS = 1000


@router.get("/{number}", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest, number: int) -> dict[str, Any]:
    """One job with its counts; for its owner and for administrators."""
    return shown(_find(request, number))


@router.post("/{number}/cancel", response={200: dict[str, Any], **ERRORS})
def cancel(request: HttpRequest, number: int) -> dict[str, Any]:
    """Ask the job to stop: what has begun is finished, the rest is left."""
    job = _find(request, number)
    jobs.cancel(job)
    return shown(job)


@router.post("/{number}/undo", response={202: dict[str, Any], **ERRORS})
def undo(request: HttpRequest, number: int) -> Any:
    """Take back what the job moved, as a job of its own; 409 where that cannot be."""
    job = _find(request, number)
    return Answer(202, shown(jobs.undo(job, rights.writer(request), clock.now())))


def _find(request: HttpRequest, number: int) -> Job:
    user = rights.user_of(request)
    job = Job.objects.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if job is None or (job.owner_id != user.pk and user.role not in rights.ADMINISTRATORS):
        raise Http404
    return job


def shown(job: Job) -> dict[str, Any]:
    """A job as answers print it."""
    names = ("kind", "title", "state", "total", "done", "failed", "unit", "message", "cancel_requested")
    moments = ("created_at", "started_at", "finished_at")
    times = {name: moment.isoformat() if (moment := getattr(job, name)) else None for name in moments}
    results = {key: row["words"] for key, row in list(job.results.items())[:MOST_RESULTS] if "words" in row}
    return {"id": job.pk, "results": results} | {name: getattr(job, name) for name in names} | times
