"""Canned texts, and the address book that To, Cc and Bcc suggest from."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID
from mailroom.records.conversations import canned
from mailroom.records.conversations.models import CannedText
from mailroom.records.organisation.models import User, Workgroup
from mailroom.records.preferences import address_book

router = Router(tags=["canned texts"])
addresses = Router(tags=["addresses"])


class TextIn(Schema):
    """A canned text: one's own, a work group's, or with neither everybody's."""

    name: str = Field(max_length=80)
    body: str = Field(max_length=canned.LONGEST)
    personal: bool = True
    workgroup: str = Field("", max_length=32)


class Search(Schema):
    """What is looked for."""

    query: str = Field("", max_length=200)
    limit: int = Field(20, ge=1, le=100)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_texts(request: HttpRequest, wanted: Query[Search]) -> list[dict[str, Any]]:
    """The texts that the caller may use, by name."""
    rows = canned.usable_by(rights.user_of(request))
    for word in wanted.query.split():
        rows = rows.filter(name__icontains=word)
    return [_shown(row) for row in rows[: wanted.limit]]


@router.post("", response={201: dict[str, Any], **ERRORS})
def add(request: HttpRequest, text: TextIn) -> Any:
    """Keep a new text."""
    user = rights.writer(request)
    return Answer(201, _shown(canned.save(None, _fields(text), user, clock.now())))


@router.put("/{int:number}", response={200: dict[str, Any], **ERRORS})
def change(request: HttpRequest, number: int, text: TextIn) -> dict[str, Any]:
    """Change a text."""
    user = rights.writer(request)
    return _shown(canned.save(_find(user, number), _fields(text), user, clock.now()))


@router.delete("/{int:number}", response={204: None, **ERRORS})
def remove(request: HttpRequest, number: int) -> Any:
    """Delete a text for everybody who uses it."""
    _find(rights.writer(request), number).delete()
    return Answer(204, None)


@addresses.get("", response={200: list[dict[str, str]], **ERRORS})
def suggest(request: HttpRequest, wanted: Query[Search]) -> list[dict[str, str]]:
    """Addresses that may be meant: past mail first, then contacts, employees, business accounts and leads."""
    found = address_book.suggest(rights.user_of(request), wanted.query, wanted.limit)
    return [{"name": one.name, "email": one.email, "source": one.source} for one in found]


def _fields(text: TextIn) -> canned.Fields:
    group = Workgroup.objects.filter(workgroup_id=text.workgroup).first() if text.workgroup else None
    if text.workgroup and group is None:
        raise HttpError(422, f"There is no work group {text.workgroup}.")
    return canned.Fields(text.name, text.body, text.personal, group)


def _find(user: User, number: int) -> CannedText:
    row = canned.changeable_by(user).filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if row is None:
        raise Http404
    return row


def _shown(row: CannedText) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "body": row.body,
        "personal": row.owner_id is not None,
        "workgroup": row.workgroup.workgroup_id if row.workgroup else None,
        "changed_at": row.changed_at.isoformat(),
    }
