"""Marketing lists (CR204000) and unsubscribed addresses (CR204010)."""

from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1 import members
from mailroom.faces.api.v1.members import Place
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, Page
from mailroom.flows.mailings import unsubscribe as unsubscribe_links
from mailroom.flows.mailings.models import MassEmail
from mailroom.records.crm import marketing
from mailroom.records.crm.models import MarketingList, Unsubscribed
from mailroom.records.filters import lines
from mailroom.records.organisation.models import Employee

router = Router(tags=["marketing lists"])
unsubscribed = Router(tags=["unsubscribed addresses"])


class ListIn(Schema):
    """A list; `conditions` are those of a dynamic one, as filters have them."""

    list_id: str = Field(min_length=1, max_length=32, pattern=r"^[^/\x00]+$")
    name: str = Field(min_length=1, max_length=150)
    kind: Literal["static", "dynamic"] = "static"
    source: Literal["contacts", "leads"] = "contacts"
    conditions: list[dict[str, Any]] = Field([], max_length=lines.MOST_LINES)
    active: bool = True
    owner: str | None = Field(None, max_length=32)
    description: str = Field("", max_length=100_000)


class UnsubscribedIn(Schema):
    """An address that wants no mail of a list, or without one no mass mail at all."""

    address: str = Field(max_length=254)
    marketing_list: str | None = Field(None, max_length=32)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_lists(request: HttpRequest) -> list[dict[str, Any]]:
    """All lists, by their ids."""
    return [shown(row) for row in MarketingList.objects.select_related("owner")[:500]]


@router.post("", response={201: dict[str, Any], **ERRORS})
def add_list(request: HttpRequest, values: ListIn) -> Any:
    """Keep a new list."""
    rights.marketer(request)
    return Answer(201, _saved(MarketingList(), values))


@router.get("/{reference}", response={200: dict[str, Any], **ERRORS})
def show_list(request: HttpRequest, reference: str) -> dict[str, Any]:
    """One list."""
    return shown(find(request, reference))


@router.put("/{reference}", response={200: dict[str, Any], **ERRORS})
def change_list(request: HttpRequest, reference: str, values: ListIn) -> dict[str, Any]:
    """Change a list; which way it knows its people stays."""
    rights.marketer(request)
    row = find(request, reference)
    if (row.kind, row.source) != (values.kind, values.source):
        raise HttpError(422, "List type and Selects of a list cannot be changed.")
    return _saved(row, values)


@router.delete("/{reference}", response={204: None, **ERRORS})
def remove_list(request: HttpRequest, reference: str) -> Any:
    """Delete a list; its members stay contacts and leads."""
    rights.marketer(request)
    find(request, reference).delete()
    return Answer(204, None)


class Whose(Place):
    """Which of them: one address, or all from a place on."""

    address: str = Field("", max_length=320)


@unsubscribed.get("", response={200: Page, **ERRORS})
def list_unsubscribed(request: HttpRequest, place: Query[Whose]) -> dict[str, Any]:
    """Who wants none, newest first; of one `address` with the mass email whose link said so."""
    if place.address:
        of = unsubscribe_links.of_address(place.address.replace("\x00", ""))
        return {"items": [_address(one.row, one.mass_email) for one in of], "cursor": None}
    rows = Unsubscribed.objects.select_related("marketing_list", "by").order_by("-pk")
    if place.cursor:
        rows = rows.filter(pk__lt=int(place.cursor))
    page = list(rows[: place.limit + 1])
    more, page = len(page) > place.limit, page[: place.limit]
    return {"items": [_address(row) for row in page], "cursor": str(page[-1].pk) if more else None}


@unsubscribed.post("", response={200: dict[str, Any], **ERRORS})
def unsubscribe(request: HttpRequest, values: UnsubscribedIn) -> dict[str, Any]:
    """Note that an address wants none; what stood already stays."""
    user = rights.marketer(request)
    try:
        validate_email(values.address)
    except ValidationError as error:
        raise HttpError(422, f"“{values.address}” is no email address.") from error
    of = find(request, values.marketing_list, 422) if values.marketing_list else None
    return _address(marketing.unsubscribe(values.address, of, clock.now(), user))


@unsubscribed.delete("/{int:number}", response={204: None, **ERRORS})
def subscribe_again(request: HttpRequest, number: int) -> Any:
    """Forget it: its owner asked for mail again."""
    rights.marketer(request)
    row = Unsubscribed.objects.filter(pk=number).first() if number <= LARGEST_ID else None
    if row is None:
        raise Http404
    marketing.subscribe([row])
    return Answer(204, None)


def find(request: HttpRequest, reference: str, missing: int = 404) -> MarketingList:
    """The list with this Marketing list ID, in any case."""
    row = MarketingList.objects.filter(list_id__iexact=reference.replace("\x00", "")).first()
    if row is None:
        raise Http404 if missing == 404 else HttpError(missing, f"There is no marketing list “{reference}”.")
    return row


def shown(row: MarketingList) -> dict[str, Any]:
    """A list with the number of its static members."""
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in ("list_id", "name", "kind", "source", "active", "description")},
        "conditions": row.conditions,
        "owner": row.owner.employee_id if row.owner else None,
        "members": row.members.count() if row.kind == MarketingList.Kind.STATIC else None,
    }


def _saved(row: MarketingList, values: ListIn) -> dict[str, Any]:
    taken = HttpError(422, f"There is a marketing list {values.list_id} already.")
    if MarketingList.objects.filter(list_id__iexact=values.list_id).exclude(pk=row.pk).exists():
        raise taken
    given = values.dict()
    if any("\x00" in text for text in given.values() if isinstance(text, str)):
        raise HttpError(422, "Null characters are not allowed.")
    owner = given.pop("owner")
    row.owner = Employee.objects.filter(employee_id__iexact=owner.replace("\x00", "")).first() if owner else None
    if owner and row.owner is None:
        raise HttpError(422, f"“{owner}” was not found.")
    given["conditions"] = marketing.checked(lines.of(given["conditions"]), given["source"], clock.now())
    for name, value in given.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # another was first
        raise taken from error
    return shown(row)


def _address(row: Unsubscribed, mass_email: MassEmail | None = None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "address": row.address,
        "marketing_list": row.marketing_list.list_id if row.marketing_list else None,
        "at": row.at.isoformat(),
        "by": row.by.login if row.by else None,
        "mass_email": mass_email.mass_email_id if mass_email else None,
    }


members.add(router, find, "marketing lists")
