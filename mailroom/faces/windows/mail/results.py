"""What a person's last job came to, row by row: waiting, running, done or failed, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.jobs import JobState

REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Result:
    """A row's result; `tone` is ok, bad, run or empty, `why` the reason of a failed one."""

    words: str
    tone: str
    why: str = ""


def latest(user: User, window_id: str, now: datetime) -> Job | None:
    """The person's newest job of this window, unless it is long over."""
    rows = Job.objects.filter(owner=user, window_id=window_id, created_at__gt=now - REMEMBERED)
    return rows.order_by("-pk").first()


def of(job: Job | None, row_id: int, key: str) -> Result | None:
    """The result of one row; None where the job does not concern it."""
    ids: list[int] = job.arguments.get("ids", []) if job is not None else []
    if job is None or row_id not in ids:
        return None
    found: dict[str, Any] | None = job.results.get(key)
    if found is not None:
        return Result(
            _("Failed") if found["failed"] else found["words"] or _("Done"), "bad" if found["failed"] else "ok"
        )
    if job.state in {JobState.CANCELED, JobState.FAILED, JobState.DONE}:
        return Result(_("Not done"), "")
    running = job.state == JobState.RUNNING and ids.index(row_id) == job.done + job.failed
    return Result(_("Running"), "run") if running else Result(_("Waiting"), "")
