"""One action over thousands of emails: a job that moves them in batches, can be stopped, and taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.flows.scheduling import jobs
from mailroom.records.emails import status
from mailroom.records.emails.moves import Action
from mailroom.records.organisation.models import Job, User

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
        jobs.keep(job)


def may_go_back(job: Job) -> bool:
    """Whether there is a way back from the job's move."""
    return job.arguments["move"] in BACK


def back(job: Job, by: User, now: datetime) -> Job:
    """Move back what the job moved."""
    moved = [key for key in job.arguments["ids"][: job.done + job.failed] if str(key) not in job.results]
    action = BACK[Action(job.arguments["move"])]
    return start(action, _("Undo: %(title)s") % {"title": job.title}, moved, job.window_id, by, now)


def register() -> None:
    """Let jobs of this kind be run and taken back."""
    jobs.register(BULK, run, may_go_back, back)
