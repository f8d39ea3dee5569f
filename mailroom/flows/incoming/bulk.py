"""One action over thousands of emails: a job that moves them in batches, can be stopped, and taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.flows.incoming import jobs
from mailroom.records.emails import status
from mailroom.records.emails.moves import Action
from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.jobs import JobState

BULK = "bulk"
BATCH = 500
BACK = {
    Action.ARCHIVE: Action.RESTORE_FROM_ARCHIVE,
    Action.RESTORE_FROM_ARCHIVE: Action.ARCHIVE,
    Action.DELETE: Action.RESTORE,
}


def start(action: Action, title: str, ids: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Move these emails in the background; those that the state table refuses are left as they are."""
    return jobs.start(BULK, title, {"move": str(action), "ids": list(ids)}, _("emails"), window_id, by, now)


def run(job: Job) -> None:
    """Batch by batch, from where a worker that died left off."""
    ids, action = job.arguments["ids"], Action(job.arguments["move"])
    for first in range(job.done + job.failed, len(ids), BATCH):
        if jobs.canceled(job):
            return
        batch = ids[first : first + BATCH]
        moved = status.move_many(batch, action, clock.now(), job.owner)
        job.done += len(moved.ids)
        job.failed += len(batch) - len(moved.ids)
        for key in set(batch) - set(moved.ids):
            job.results[str(key)] = {"failed": True, "words": moved.refused.get(key, _("It is not there any more."))}
        job.lease_until = clock.now() + jobs.LEASE
        job.save(update_fields=["done", "failed", "results", "lease_until"])


def can_be_undone(job: Job) -> bool:
    """Whether the job has ended, moved something, and has not been taken back."""
    ended = job.state in {JobState.DONE, JobState.CANCELED}
    return (
        job.kind == BULK and ended and job.done > 0 and job.arguments["move"] in BACK and "undone" not in job.arguments
    )


def undo(job: Job, by: User, now: datetime) -> Job:
    """Move back what the job moved; raises status.Refused where that cannot be."""
    if not can_be_undone(job):
        raise status.Refused(_("This cannot be taken back any more."))
    moved = [key for key in job.arguments["ids"][: job.done + job.failed] if str(key) not in job.results]
    Job.objects.filter(pk=job.pk).update(arguments=job.arguments | {"undone": True})
    back = BACK[Action(job.arguments["move"])]
    return start(back, _("Undo: %(title)s") % {"title": job.title}, moved, job.window_id, by, now)


jobs.register(BULK, run)
