"""One action over many emails as a job, like the windows: those named, or everything that a list would show."""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Router
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1 import email_lists, jobs
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID
from mailroom.flows.incoming import bulk
from mailroom.flows.incoming import jobs as work
from mailroom.records.emails.moves import Action

router = Router(tags=["emails"])
MOST = 200_000
MOVES = {
    "archive": Action.ARCHIVE,
    "restore-from-archive": Action.RESTORE_FROM_ARCHIVE,
    "delete": Action.DELETE,
    "restore": Action.RESTORE,
}


class BulkIn(email_lists.Narrowing):
    """The emails in `ids`, or with `everything` all that the window, account, search and filter find."""

    action: Literal["archive", "restore-from-archive", "delete", "restore", "process"]
    ids: list[int] = Field([], max_length=10_000)
    everything: bool = False


@router.post("/bulk", response={202: dict[str, Any], **ERRORS})
def act_on_many(request: HttpRequest, wanted: BulkIn) -> Any:
    """Start a job; `GET /jobs/ID` tells how far it is, and what the state table refused, email by email."""
    user, now = rights.writer(request), clock.now()
    if wanted.everything == bool(wanted.ids):
        raise HttpError(422, "Give `ids`, or `everything` with what narrows it.")
    ids = email_lists.everything(request, wanted, MOST) if wanted.everything else _named(request, wanted.ids)
    if len(ids) > MOST:
        raise HttpError(422, "That is more than 200,000 emails. Narrow it, and do it in parts.")
    window = email_lists.SAVED_IN[wanted.window]
    if wanted.action == "process":
        job = work.start_processing(ids, window, user, now)
    else:
        job = bulk.start(MOVES[wanted.action], wanted.action.capitalize().replace("-", " "), ids, window, user, now)
    return Answer(202, jobs.shown(job))


def _named(request: HttpRequest, ids: list[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    found = {
        pk
        for start in range(0, len(wanted), 500)
        for pk in email_lists.visible(request)
        .filter(pk__in=[one for one in wanted[start : start + 500] if 0 < one <= LARGEST_ID])
        .values_list("pk", flat=True)
    }
    if len(found) != len(wanted):
        raise Http404
    return wanted
