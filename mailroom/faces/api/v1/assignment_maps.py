"""Assignment maps (EP205000): for administrators, as the window is."""

from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.flows.incoming import maps
from mailroom.records.assignment.models import AssignmentMap
from mailroom.records.filters import lines

router = Router(tags=["assignment maps"])


class RuleIn(Schema):
    """A rule: lines as filters have them, and an owner, a path such as Account.Owner, or a work group."""

    name: str = Field("", max_length=80)
    conditions: list[dict[str, Any]] = Field([], max_length=lines.MOST_LINES)
    owner: str | None = Field(None, max_length=32)
    owner_path: str = Field("", max_length=80)
    workgroup: str | None = Field(None, max_length=32)


class MapIn(Schema):
    """A map with all its rules in their order."""

    map_id: str = Field(min_length=1, max_length=32)
    description: str = Field("", max_length=150)
    assigns: Literal["email", "case"] = "email"
    rules: list[RuleIn] = Field([], max_length=maps.MOST_RULES)


class Tries(Schema):
    """On how many of the newest records a map is tried."""

    limit: int = Field(maps.MOST_TRIED, ge=1, le=maps.MOST_TRIED)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_maps(request: HttpRequest) -> list[dict[str, Any]]:
    """All maps, by their ids."""
    rights.administrator(request)
    return [maps.export(row) for row in AssignmentMap.objects.all()[:500]]


@router.post("", response={201: dict[str, Any], **ERRORS})
def add(request: HttpRequest, values: MapIn) -> Any:
    """Keep a new map."""
    rights.administrator(request)
    return Answer(201, _saved(AssignmentMap(), values))


@router.get("/{map_id}", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest, map_id: str) -> dict[str, Any]:
    """One map with its rules."""
    rights.administrator(request)
    return maps.export(_find(map_id))


@router.put("/{map_id}", response={200: dict[str, Any], **ERRORS})
def change(request: HttpRequest, map_id: str, values: MapIn) -> dict[str, Any]:
    """Replace a map and its rules; what it assigns cannot be changed."""
    rights.administrator(request)
    row = _find(map_id)
    if row.subject != values.assigns:
        raise HttpError(422, "What a map assigns cannot be changed.")
    return _saved(row, values)


@router.delete("/{map_id}", response={204: None, **ERRORS})
def remove(request: HttpRequest, map_id: str) -> Any:
    """Delete a map; accounts that use it have none then."""
    rights.administrator(request)
    _find(map_id).delete()
    return Answer(204, None)


@router.get("/{map_id}/try", response={200: list[dict[str, Any]], **ERRORS})
def try_map(request: HttpRequest, map_id: str, wanted: Query[Tries]) -> list[dict[str, Any]]:
    """What the map would do with the newest emails or cases: the rule that fits, why, and who gets it."""
    user = rights.administrator(request)
    return [
        {
            "id": one.record.pk,
            "subject": one.record.subject,
            "rule": one.given.rule.position if one.given.rule else None,
            "why": lines.plain(one.holding),
            "owner": one.given.owner.employee_id if one.given.owner else None,
            "workgroup": one.given.workgroup.workgroup_id if one.given.workgroup else None,
        }
        for one in maps.try_on(_find(map_id), user, clock.now(), wanted.limit)
    ]


def _find(map_id: str) -> AssignmentMap:
    row = AssignmentMap.objects.filter(map_id__iexact=map_id.replace("\x00", "")).first()
    if row is None:
        raise Http404
    return row


def _saved(row: AssignmentMap, values: MapIn) -> dict[str, Any]:
    taken = HttpError(422, f"There is an assignment map {values.map_id} already.")
    if AssignmentMap.objects.filter(map_id__iexact=values.map_id).exclude(pk=row.pk).exists():
        raise taken
    row.map_id, row.description, row.subject = values.map_id, values.description, values.assigns
    try:
        with transaction.atomic():
            row.save()
            maps.replace_rules(row, [rule.dict() for rule in values.rules], clock.now())
    except maps.Invalid as error:
        raise HttpError(422, str(error)) from error
    except IntegrityError as error:  # another was first
        raise taken from error
    return maps.export(row)
