"""Quarantined mail by the hundred: a job that files each again, and can be stopped."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.flows.receiving import quarantine
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.flows.scheduling import jobs
from mailroom.records.emails import status
from mailroom.records.files import store
from mailroom.records.organisation.models import Job, User

REPLAY = "replay"


def start(ids: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """File these again in the background."""
    return jobs.start(REPLAY, _("Replay"), {"ids": list(ids)}, _("emails"), window_id, by, now)


def run(job: Job) -> None:
    """One after the other, from where a worker that died left off."""
    for key in job.arguments["ids"][job.done + job.failed :]:
        if jobs.canceled(job):
            return
        jobs.tell(job, str(key), again(key, job.owner))


def again(key: int, by: User | None) -> str:
    """File one again; why it could not be, or nothing."""
    row = QuarantinedMessage.objects.select_related("account").filter(pk=key).first()
    if row is None:
        return _("It is not there any more.")
    try:
        quarantine.replay(row, clock.now(), by)
    except (status.Refused, store.FileMissing) as error:
        return str(error)
    return ""


def register() -> None:
    """Let jobs of this kind be run."""
    jobs.register(REPLAY, run)
