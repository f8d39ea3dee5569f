"""The audit trail (SM205530): who changed which record when; for administrators."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, Moment, Page
from mailroom.records.organisation import trail

router = Router(tags=["audit trail"])


class TrailFilters(Schema):
    """How the trail is narrowed; `kind` is a type of record such as `emailaccount`, `record` its key."""

    by: str = Field("", max_length=64, description="A login.")
    kind: str = Field("", max_length=100, pattern=r"^[a-z]*$")
    record: str = Field("", max_length=255, pattern=r"^[^\x00]*$")
    action: Literal["", "create", "update", "delete", "access"] = ""
    since: Moment | None = None
    until: Moment | None = None
    query: str = Field("", max_length=200, pattern=r"^[^\x00]*$")
    cursor: str = Field("", pattern=r"^\d{0,18}$")
    limit: int = Field(50, ge=1, le=500)


@router.get("", response={200: Page, **ERRORS})
def list_entries(request: HttpRequest, filters: Query[TrailFilters]) -> dict[str, Any]:
    """Entries, newest first. What was a secret shows only that it changed."""
    rights.administrator(request)
    rows = trail.narrowed(trail.Narrowing(**filters.dict(exclude={"cursor", "limit"})))
    if filters.cursor:
        rows = rows.filter(pk__lt=int(filters.cursor))
    found = list(rows.order_by("-pk")[: filters.limit + 1])
    page = found[: filters.limit]
    cursor = str(page[-1].pk) if len(found) > filters.limit else None
    return {"items": [trail.export(row) for row in page], "cursor": cursor}
