"""Events (CR306030)."""

from datetime import UTC, datetime

from ninja import Schema
from pydantic import Field

from mailroom.faces.api.v1 import records
from mailroom.faces.api.v1.records import Resource
from mailroom.faces.api.v1.schemas import Moment, RelatedIn

FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class EventIn(Schema):
    """The fields of an event that may be given; `related` is the record it is for, `emails` become its activities."""

    subject: str = Field("", max_length=255)
    description: str = Field("", max_length=100_000)
    location: str = Field("", max_length=200)
    starts_at: Moment | None = Field(None, ge=FIRST, le=LAST)
    ends_at: Moment | None = Field(None, ge=FIRST, le=LAST)
    all_day: bool = False
    owner: str | None = Field(None, max_length=32)
    related: RelatedIn | None = None
    emails: list[int] = Field([], max_length=500)


EVENTS = Resource(
    "event",
    plain=("subject", "description", "location", "starts_at", "ends_at", "all_day"),
    relations=("owner",),
    read_only=("created_at", "related_entity_type", "related_entity_id", "related_entity_description"),
)
router = records.router(EVENTS, EventIn, "events")
