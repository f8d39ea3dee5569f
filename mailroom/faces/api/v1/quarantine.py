"""Quarantine (SM507020): mail that could not be filed, for administrators and for owners of personal accounts."""

from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Router
from ninja import Status as Answer
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1 import jobs
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, Page
from mailroom.flows.incoming import replaying
from mailroom.flows.receiving import quarantine
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.emails import release, status
from mailroom.records.files import store

router = Router(tags=["quarantine"])
Limit = Annotated[int, Field(ge=1, le=500)]
Cursor = Annotated[int, Field(ge=1, le=LARGEST_ID)]


@router.get("", response={200: Page, **ERRORS})
def list_quarantine(
    request: HttpRequest, closed: bool = False, limit: Limit = 50, cursor: Cursor = LARGEST_ID
) -> dict[str, Any]:
    """What waits, newest first; with `closed` what was replayed or discarded."""
    rows = _rows(request).filter(closed_at__isnull=not closed, pk__lt=cursor)
    page = list(rows.select_related("account", "closed_by").order_by("-pk")[: limit + 1])
    more = str(page[limit - 1].pk) if len(page) > limit else None
    return {"items": [quarantine.export(row) for row in page[:limit]], "cursor": more}


@router.post("/replay-all", response={202: dict[str, Any], **ERRORS})
def replay_all(request: HttpRequest) -> Any:
    """File everything that waits again, as a job."""
    rows, user = _rows(request), rights.writer(request)
    ids = list(rows.filter(closed_at=None).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise status.Refused("Nothing is in quarantine.")
    return Answer(202, jobs.shown(replaying.start(ids, "SM507020", user, clock.now())))


@router.get("/files", response={200: Page, **ERRORS})
def list_files(request: HttpRequest, limit: Limit = 50, cursor: Cursor = LARGEST_ID) -> dict[str, Any]:
    """Quarantined files (SM507030) of emails that one may see, newest first; each is released under its email."""
    user = rights.administrator(request)
    rows = release.waiting(user).select_related("email__account").filter(pk__lt=cursor)
    page = list(rows.order_by("-pk")[: limit + 1])
    more = str(page[limit - 1].pk) if len(page) > limit else None
    return {"items": [release.export(row) for row in page[:limit]], "cursor": more}


@router.get("/{int:number}", response={200: dict[str, Any], **ERRORS})
def show_quarantined(request: HttpRequest, number: int) -> dict[str, Any]:
    """One of them, with the place where it lies on the server for whoever may read it."""
    row = _find(request, number)
    place = quarantine.place_of(row) if quarantine.may_read(row, rights.user_of(request)) else None
    return quarantine.export(row) | {"folder": place.folder if place else "", "uid": place.uid if place else ""}


@router.get("/{int:number}/raw", response={200: None, **ERRORS})
def raw_of_quarantined(request: HttpRequest, number: int) -> Any:
    """The exact bytes, always as a download; 404 for those of another's personal account."""
    row = _find(request, number)
    if not quarantine.may_read(row, rights.user_of(request)):
        raise Http404
    pieces = store.open_stream(bytes(row.raw_sha256))
    response = StreamingHttpResponse(pieces, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="quarantined-{number}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.post("/{int:number}/replay", response={200: dict[str, Any], **ERRORS})
def replay_quarantined(request: HttpRequest, number: int) -> dict[str, Any]:
    """File its bytes as an email now; 409 with the reason when that cannot be."""
    row, user = _find(request, number), rights.writer(request)
    email = quarantine.replay(row, clock.now(), user)
    return quarantine.export(_find(request, number)) | {"email": email}


@router.post("/{int:number}/discard", response={200: dict[str, Any], **ERRORS})
def discard_quarantined(request: HttpRequest, number: int) -> dict[str, Any]:
    """Close it; 409 when it is closed already."""
    row, user = _find(request, number), rights.writer(request)
    if not quarantine.discard([row.pk], clock.now(), user):
        raise status.Refused("It is closed already.")
    return quarantine.export(_find(request, number))


def _rows(request: HttpRequest) -> QuerySet[QuarantinedMessage]:
    user = rights.user_of(request)
    if not quarantine.is_for(user):
        raise PermissionDenied
    return quarantine.visible_to(user)


def _find(request: HttpRequest, number: int) -> QuarantinedMessage:
    rows = _rows(request).select_related("account", "closed_by")
    row = rows.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if row is None:
        raise Http404
    return row
