"""Long work on screen: progress with counts and Cancel, at the foot of the navigation pane too."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from mailroom.base import clock, prepared
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.lookups import OPEN_TO_ALL
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.kit.views import WindowView
from mailroom.flows.scheduling import jobs
from mailroom.records.emails import status
from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.jobs import LIVE, JobState


@dataclass(frozen=True, slots=True)
class Progress:
    """A job as the page shows it."""

    job: Job
    now: datetime

    @property
    def running(self) -> bool:
        """Whether the page should ask again."""
        return self.job.state in LIVE

    @property
    def can_be_undone(self) -> bool:
        """Whether Undo is offered."""
        return jobs.can_be_undone(self.job)

    @property
    def handled(self) -> int:
        """How many rows have an outcome."""
        return self.job.done + self.job.failed

    @property
    def elapsed(self) -> str:
        """How long it has run: "1 min 12 s"."""
        return spoken((self.job.finished_at or self.now) - (self.job.started_at or self.job.created_at))

    @property
    def left(self) -> str:
        """About how long it will take still; empty before there is anything to go by."""
        if not self.running or not self.handled or self.job.started_at is None or not self.job.total:
            return ""
        each = (self.now - self.job.started_at) / self.handled
        return spoken(each * max(0, self.job.total - self.handled))

    @property
    def tone(self) -> str:
        """The banner's colour at the end."""
        if self.job.state == JobState.FAILED or self.job.failed:
            return "bad" if self.job.state == JobState.FAILED or not self.job.done else "warn"
        return "warn" if self.job.state == JobState.CANCELED else "ok"


def spoken(span: timedelta) -> str:
    """A span in words short enough for a line."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return _("%(s)d s") % {"s": seconds}
    if seconds < 3600:
        return _("%(m)d min %(s)d s") % {"m": seconds // 60, "s": seconds % 60}
    return _("%(h)d h %(m)d min") % {"h": seconds // 3600, "m": seconds % 3600 // 60}


def took(seconds: float) -> str:
    """How long one step lasted, as exactly as one can compare it."""
    if seconds < 1:
        return _("%(n)d ms") % {"n": max(1, round(seconds * 1000))}
    return _("%(s)s s") % {"s": number_format(seconds, 1)}


def _live(user: User) -> QuerySet[Job]:
    """Without what a page does not show: of two hundred thousand rows that is megabytes."""
    return Job.objects.filter(owner=user, state__in=LIVE).defer("arguments", "results")


def current(user: User) -> Progress | None:
    """The newest job of this person that still runs."""
    found = prepared.objects(Job, ("live job", user.pk), lambda: _live(user).order_by("-pk")[:1])
    return Progress(found[0], clock.now()) if found else None


def running(job: Job | None, user: User) -> Progress | None:
    """The progress of a job that still runs, where this person may see it."""
    if job is None or job.state not in LIVE or not _may_see(job, user):
        return None
    return Progress(job, clock.now())


def _may_see(job: Job, user: User) -> bool:
    return job.owner_id == user.pk or user.role in ADMINISTRATORS


class JobView(WindowView):
    """One job: GET shows it (a fragment that asks again each second), POST asks it to stop."""

    window = OPEN_TO_ALL
    cancels = False

    def job(self, request: HttpRequest, key: int) -> Job:
        """The job, for its owner and for administrators."""
        job = Job.objects.filter(pk=key).first()
        if job is None or not _may_see(job, requests.user_of(request)):
            raise Http404
        return job

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        """The job's progress."""
        if self.cancels:
            return self.http_method_not_allowed(request)
        return self.progress(request, self.job(request, key))

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        """Cancel: what has begun is finished, the rest is left."""
        if not self.cancels:
            return self.http_method_not_allowed(request)
        job = self.job(request, key)
        jobs.cancel(job)
        return self.progress(request, job)

    def progress(self, request: HttpRequest, job: Job) -> HttpResponse:
        """The fragment, or a page of its own without script."""
        context: dict[str, Any] = {"progress": Progress(job, clock.now())}
        template = "kit/_job_answer.html" if requests.is_fragment(request) else "kit/job_page.html"
        return self.render(request, template, **context)


class UndoJobView(JobView):
    """Takes a bulk action back, as a job of its own."""

    cancels = True

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        """The progress of the way back; 409 where there is none."""
        job = self.job(request, key)
        try:
            back = jobs.undo(job, requests.user_of(request), clock.now())
        except status.Refused as refused:
            return HttpResponse(str(refused), status=409)
        return self.progress(request, back)


class NavJobView(WindowView):
    """The job line at the foot of the navigation pane."""

    window = OPEN_TO_ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        """The line of the newest running job; empty when nothing runs."""
        return self.render(request, "kit/_nav_job.html", progress=current(requests.user_of(request)))
