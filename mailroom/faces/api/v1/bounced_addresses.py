"""Addresses that mail came back from, as contacts and leads show them; clearing a mark lets mail go there again."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.mime import addresses
from mailroom.records.emails import bounced
from mailroom.records.emails.models import BouncedAddress

router = Router(tags=["bounced addresses"])


class BouncedFilters(Schema):
    """Which of them: one address, or all from a place on."""

    address: str = Field("", max_length=320)
    cursor: str = Field("", pattern=r"^\d{0,18}$")
    limit: int = Field(50, ge=1, le=500)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_addresses(request: HttpRequest, wanted: Query[BouncedFilters]) -> list[dict[str, Any]]:
    """The marked addresses, newest first; `cursor` is the id of the last one that was seen."""
    rights.user_of(request)
    rows = BouncedAddress.objects.order_by("-pk")
    if wanted.address:
        rows = rows.filter(key=addresses.folded(wanted.address.replace("\x00", "")))
    if wanted.cursor:
        rows = rows.filter(pk__lt=int(wanted.cursor))
    return [_plain(row) for row in rows[: wanted.limit]]


@router.delete("/{address}", response={204: None, **ERRORS})
def clear(request: HttpRequest, address: str) -> Any:
    """Clear the mark of an address."""
    rights.writer(request)
    if not bounced.works(address.replace("\x00", "")):
        raise Http404
    return Answer(204, None)


def _plain(row: BouncedAddress) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(row, name) for name in ("address", "kind", "reason", "words", "count")}
    return found | {"id": row.pk, "last_at": row.last_at.isoformat(), "report": row.report_id}
