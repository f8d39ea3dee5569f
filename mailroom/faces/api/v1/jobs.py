"""Jobs: long work that was asked for, how far it is, and asking it to stop."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID
from mailroom.records.organisation.models.jobs import Job, JobState

router = Router(tags=["jobs"])
LIVE = (JobState.WAITING, JobState.RUNNING)


@router.get("/{number}", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest, number: int) -> dict[str, Any]:
    """One job with its counts; for its owner and for administrators."""
    return _plain(_find(request, number))


@router.post("/{number}/cancel", response={200: dict[str, Any], **ERRORS})
def cancel(request: HttpRequest, number: int) -> dict[str, Any]:
    """Ask the job to stop: what has begun is finished, the rest is left."""
    job = _find(request, number)
    Job.objects.filter(pk=job.pk, state__in=LIVE).update(cancel_requested=True)
    job.refresh_from_db()
    return _plain(job)


def _find(request: HttpRequest, number: int) -> Job:
    user = rights.user_of(request)
    job = Job.objects.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if job is None or (job.owner_id != user.pk and user.role not in rights.ADMINISTRATORS):
        raise Http404
    return job


def _plain(job: Job) -> dict[str, Any]:
    names = ("kind", "title", "state", "total", "done", "failed", "unit", "message", "cancel_requested")
    moments = ("created_at", "started_at", "finished_at")
    times = {name: moment.isoformat() if (moment := getattr(job, name)) else None for name in moments}
    return {"id": job.pk} | {name: getattr(job, name) for name in names} | times
