"""Filters kept under a name for the lists of emails: one's own, and those that others share."""

from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.email_lists import SAVED_IN
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID
from mailroom.records.emails import properties
from mailroom.records.filters import lines, meaning, saved
from mailroom.records.filters.meaning import When
from mailroom.records.filters.models import SavedFilter

router = Router(tags=["filters"])
Window = Literal["incoming", "sent", "all"]
WINDOWS = {SAVED_IN[name]: name for name in ("incoming", "sent", "all")}


class FilterIn(Schema):
    """A filter; one of the same window and name that the caller may change is written over."""

    window: Window
    name: str = Field(max_length=saved.LONGEST_NAME)
    lines: list[dict[str, Any]] = Field(max_length=lines.MOST_LINES)
    shared: bool = False


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_filters(request: HttpRequest, window: Window = "incoming") -> list[dict[str, Any]]:
    """The filters of a window that the caller may use, by name."""
    return [_shown(row) for row in saved.visible_to(rights.user_of(request), SAVED_IN[window])]


@router.post("", response={200: dict[str, Any], **ERRORS})
def save_filter(request: HttpRequest, given: FilterIn) -> dict[str, Any]:
    """Keep a filter under its name."""
    meant = lines.of(given.lines)
    meaning.condition(meant, properties.EMAIL, When(clock.now(), timezone.get_current_timezone()))
    return _shown(saved.save(rights.user_of(request), SAVED_IN[given.window], given.name, meant, given.shared))


@router.delete("/{int:number}", response={204: None, **ERRORS})
def delete_filter(request: HttpRequest, number: int) -> Any:
    """Take a filter away; a shared one administrators and supervisors may."""
    user = rights.user_of(request)
    rows = SavedFilter.objects.filter(window_id__in=WINDOWS, pk=number if number <= LARGEST_ID else 0)
    kept = rows.filter(owner=user).first() or rows.filter(shared=True).first()
    if kept is None:
        raise Http404
    if not saved.may_change(user, kept):
        raise PermissionDenied
    kept.delete()
    return Answer(204, None)


def _shown(row: SavedFilter) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("name", "lines", "shared")}
    return {"id": row.pk, "window": WINDOWS[row.window_id], "owner": row.owner.login} | plain
