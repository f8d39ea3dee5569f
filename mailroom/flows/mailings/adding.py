"""Making many people members of a list or a campaign, as a job that can be stopped and taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.flows.scheduling import jobs
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Campaign, Contact, Lead, MarketingList
from mailroom.records.emails import status
from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.people import Role

KIND = "members"
BATCH = 500
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.MARKETING, Role.API})  # who may change lists and campaigns
OF: dict[str, type[Any]] = {"marketing_list": MarketingList, "campaign": Campaign}
PEOPLE: dict[str, tuple[type[Any], Any]] = {
    "contact": (Contact, gettext_lazy("contacts")),
    "lead": (Lead, gettext_lazy("leads")),
}


def start(
    of: MarketingList | Campaign, people: str, ids: Sequence[int], window_id: str, by: User, now: datetime
) -> Job:
    """Make contacts or leads (`people` is the type) members in the background.

    Raises status.Refused for a dynamic list, whose members are those whom its conditions fit.
    """
    if isinstance(of, MarketingList) and of.kind == MarketingList.Kind.DYNAMIC:
        raise status.Refused(_("The members of a dynamic list are those whom its conditions fit."))
    return _start(_("Add to %(name)s") % {"name": of}, _arguments(of, people, ids), window_id, by, now)


def run(job: Job) -> None:
    """Batch by batch, from where a worker that died left off; those who were members already are told by name."""
    arguments = job.arguments
    of = OF[arguments["of"]].objects.filter(pk=arguments["of_id"]).first()
    change = marketing.take_off if arguments["take_off"] else marketing.add_by_ids
    if of is None:
        job.failed, job.message = job.total, _("It is not there any more.")
        return jobs.keep(job)
    for first in range(job.done + job.failed, len(arguments["ids"]), BATCH):
        if jobs.canceled(job):
            return None
        batch = arguments["ids"][first : first + BATCH]
        with transaction.atomic():  # whoever was added is counted as new, also where a worker dies in between
            _count(job, batch, change(of, PEOPLE[arguments["people"]][0], batch, job.created_at))
    return None


def may_go_back(job: Job) -> bool:
    """Whether anybody was added who can be taken off again."""
    return not job.arguments["take_off"] and len(job.results) < job.done + job.failed


def back(job: Job, by: User, now: datetime) -> Job:
    """Take off whom the job added; who was a member before stays one."""
    added = [key for key in job.arguments["ids"][: job.done + job.failed] if str(key) not in job.results]
    arguments = job.arguments | {"ids": added, "take_off": True}
    return _start(_("Undo: %(title)s") % {"title": job.title}, arguments, job.window_id, by, now)


def register() -> None:
    """Let jobs of this kind be run and taken back."""
    jobs.register(KIND, run, may_go_back, back, KEEPERS)


def _start(title: str, arguments: dict[str, Any], window_id: str, by: User, now: datetime) -> Job:
    return jobs.start(KIND, title[:200], arguments, str(PEOPLE[arguments["people"]][1]), window_id, by, now)


def _arguments(of: MarketingList | Campaign, people: str, ids: Sequence[int]) -> dict[str, Any]:
    kind = "campaign" if isinstance(of, Campaign) else "marketing_list"
    return {"of": kind, "of_id": of.pk, "people": people, "ids": list(ids), "take_off": False}


def _count(job: Job, batch: Sequence[int], outcome: marketing.Changed) -> None:
    """Who was a member before, or none any more, is done, too; who is not there any more has failed."""
    unchanged = _("No member any more.") if job.arguments["take_off"] else _("A member before.")
    for key in batch:
        if key in outcome.gone:
            job.results[str(key)] = {"failed": True, "words": _("It is not there any more.")}
        elif key not in outcome.changed:
            job.results[str(key)] = {"failed": False, "words": unchanged}
    job.failed += len(outcome.gone)
    job.done += len(batch) - len(outcome.gone)
    before = sum(not row["failed"] for row in job.results.values())
    if before and not job.arguments["take_off"]:
        job.message = _("%(new)d added; %(before)d belonged to it before.") % {
            "new": job.done - before,
            "before": before,
        }
    jobs.keep(job)
