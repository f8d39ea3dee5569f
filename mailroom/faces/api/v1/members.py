"""The members of a campaign or a marketing list over the API."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, Page, operation
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Campaign, Contact, Lead

Find = Callable[[HttpRequest, str], Any]
Key = Field(ge=1, le=LARGEST_ID)


class MembersIn(Schema):
    """Whom to add: contacts and leads by their ids, or either by address."""

    contacts: list[int] = Field([], max_length=1_000)
    leads: list[int] = Field([], max_length=1_000)
    addresses: list[str] = Field([], max_length=1_000)


class Place(Schema):
    """Where a page begins, and how long it is."""

    cursor: str = Field("", pattern=r"^\d{0,18}$")
    limit: int = Field(100, ge=1, le=500)


def add(made: Router, find: Find, tag: str) -> None:
    """The addresses of the members of what `find` finds."""
    one = "/{reference}/members"

    @made.get(one, response={200: Page, **ERRORS}, summary=f"Members of one of {tag}",
              operation_id=operation("members_of", tag))  # fmt: skip
    def list_members(request: HttpRequest, reference: str, place: Query[Place]) -> dict[str, Any]:
        of = find(request, reference)
        rows = of.members.select_related("contact", "lead").filter(pk__gt=int(place.cursor or 0)).order_by("pk")
        page = list(rows[: place.limit + 1])
        more, page = len(page) > place.limit, page[: place.limit]
        return {"items": [shown(row) for row in page], "cursor": str(page[-1].pk) if more else None}

    @made.post(one, response={200: dict[str, int], **ERRORS}, summary=f"Add members to one of {tag}",
               operation_id=operation("add_members_to", tag))  # fmt: skip
    def add_members(request: HttpRequest, reference: str, values: MembersIn) -> dict[str, int]:
        rights.marketer(request)
        of = find(request, reference)
        if not isinstance(of, Campaign) and of.kind == of.Kind.DYNAMIC:
            raise HttpError(409, "The members of a dynamic list are those whom its conditions fit.")
        return {"added": marketing.add(of, _people(values), clock.now()), "members": of.members.count()}

    @made.delete(one + "/{int:number}", response={204: None, **ERRORS}, summary=f"Remove a member of one of {tag}",
                 operation_id=operation("remove_member_of", tag))  # fmt: skip
    def remove_member(request: HttpRequest, reference: str, number: int) -> Any:
        rights.marketer(request)
        of = find(request, reference)
        if number > LARGEST_ID or not marketing.remove(of, [number]):
            raise Http404
        return Answer(204, None)


def shown(row: Any) -> dict[str, Any]:
    """A member."""
    kind = "contact" if row.contact_id else "lead"
    return {"id": row.pk, "type": kind, "record": row.person.pk, "name": row.person.name, "email": row.person.email}


def _people(values: MembersIn) -> list[Any]:
    """The people who are meant; a 422 problem names those who are not there."""
    if any(not 0 < number <= LARGEST_ID for number in (*values.contacts, *values.leads)):
        raise HttpError(422, "An id is no id.")
    contacts = list(Contact.objects.filter(pk__in=values.contacts))
    leads = list(Lead.objects.filter(pk__in=values.leads))
    missing = {*values.contacts} - {one.pk for one in contacts} | {*values.leads} - {one.pk for one in leads}
    found, unknown = marketing.people_of(text.replace("\x00", "") for text in values.addresses)
    if missing or unknown:
        raise HttpError(422, f"Not found: {', '.join([*map(str, sorted(missing)), *unknown][:10])}")
    return [*contacts, *leads, *found]
