"""Add to list and Add to campaign over many contacts or leads, as a job: those named, or all that a search finds."""

from typing import Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1 import jobs, marketing_lists
from mailroom.faces.api.v1.records import Resource
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, operation
from mailroom.flows.mailings import adding
from mailroom.records.crm.models import Campaign, MarketingList

MOST = 200_000
PART = 500
WINDOWS = {"contact": "CR302000", "lead": "CR301000"}


class AddingIn(Schema):
    """Whom to add, in `ids` or with `everything` all that `query` finds; `to` is the ID of the list or campaign."""

    action: Literal["add-to-list", "add-to-campaign"]
    to: str = Field(min_length=1, max_length=32)
    ids: list[int] = Field([], max_length=10_000)
    everything: bool = False
    query: str = Field("", max_length=200)


def router(resource: Resource, tag: str) -> Router:
    """The address of the action for the records of one resource; it stands before that of one record."""
    made = Router(tags=[tag])

    @made.post("/bulk", response={202: dict[str, Any], **ERRORS}, summary=f"Add {tag} to a list or campaign",
               operation_id=operation("add_many", tag))  # fmt: skip
    def add_many(request: HttpRequest, wanted: AddingIn) -> Any:
        """Start a job; `GET /jobs/ID` tells how far it is, and `POST /jobs/ID/undo` takes it back."""
        user = rights.marketer(request)
        if wanted.everything == bool(wanted.ids):
            raise HttpError(422, "Give `ids`, or `everything` with what narrows it.")
        ids = (
            _everything(request, resource, wanted.query) if wanted.everything else _named(request, resource, wanted.ids)
        )
        job = adding.start(_target(request, wanted), resource.kind, ids, WINDOWS[resource.kind], user, clock.now())
        return Answer(202, jobs.shown(job))

    return made


def _target(request: HttpRequest, wanted: AddingIn) -> MarketingList | Campaign:
    if wanted.action == "add-to-list":
        return marketing_lists.find(request, wanted.to, 422)
    found = Campaign.objects.filter(campaign_id__iexact=wanted.to.replace("\x00", "")).first()
    if found is None:
        raise HttpError(422, f"There is no campaign “{wanted.to}”.")
    return found


def _everything(request: HttpRequest, resource: Resource, query: str) -> list[int]:
    rows: QuerySet[Any] = resource.rows(request)
    if query:
        rows = rows.filter(pk__in=resource.type.search_for(rights.user_of(request), query).values("pk"))
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise HttpError(422, "That is more than 200,000 records. Narrow it, and do it in parts.")
    return ids


def _named(request: HttpRequest, resource: Resource, given: list[int]) -> list[int]:
    ids = list(dict.fromkeys(given))
    found = 0
    for start in range(0, len(ids), PART):
        known = [one for one in ids[start : start + PART] if 0 < one <= LARGEST_ID]
        found += resource.rows(request).filter(pk__in=known).count()
    if found != len(ids):
        raise Http404
    return ids
