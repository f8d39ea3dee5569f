"""Link to: makes an email an activity of a record, or takes it off; records of every type to choose from."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, RelatedIn
from mailroom.records.activities import linking
from mailroom.records.crm import entities
from mailroom.records.emails import links, present, queries
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User

router = Router(tags=["emails"])
types = Router(tags=["entities"])
SHOWN = 50


@router.post("/{int:number}/link", response={200: dict[str, Any], **ERRORS})
def link(request: HttpRequest, number: int, to: RelatedIn) -> dict[str, Any]:
    """Make the email an activity of a record, in place of what it was before."""
    user = rights.writer(request)
    email = _find(user, number)
    linking.link([email.pk], linking.find(to.type, to.id, user), clock.now(), user)
    return present.as_json(_find(user, number))


@router.delete("/{int:number}/link", response={200: dict[str, Any], **ERRORS})
def unlink(request: HttpRequest, number: int) -> dict[str, Any]:
    """Take the email off its record."""
    user = rights.writer(request)
    linking.unlink([_find(user, number).pk], clock.now(), user)
    return present.as_json(_find(user, number))


@router.post("/{int:number}/link/undo", response={200: dict[str, Any], **ERRORS})
def undo(request: HttpRequest, number: int) -> dict[str, Any]:
    """Take the last change of the link back."""
    user = rights.writer(request)
    links.take_back([_find(user, number).pk], clock.now(), user)
    return present.as_json(_find(user, number))


@types.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_types(request: HttpRequest) -> list[dict[str, Any]]:
    """The types of records that an email can be linked to."""
    return [{"type": kind.key, "label": str(kind.label), "window": kind.window} for kind in entities.TYPES.values()]


@types.get("/{type_key}", response={200: list[dict[str, Any]], **ERRORS})
def find(request: HttpRequest, type_key: str, query: str = "") -> list[dict[str, Any]]:
    """Records of a type whose searched fields hold every word of `query`; at most 50."""
    kind = entities.of_key(type_key)
    if kind is None:
        raise Http404
    rows = kind.search_for(rights.user_of(request), query[:200])[:SHOWN]
    return [{"type": kind.key, "id": row.pk, "description": kind.describe(row)} for row in rows]


def _find(user: User, number: int) -> Email:
    rows = queries.visible_to(user).select_related(*present.RELATED, "content").prefetch_related(*present.PREFETCHED)
    email = rows.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if email is None:
        raise Http404
    return email
