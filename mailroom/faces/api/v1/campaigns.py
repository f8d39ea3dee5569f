"""Campaigns (CR202000): everybody reads them, marketing and administrators change them."""

from datetime import date
from typing import Literal

from ninja import Schema
from pydantic import Field

from mailroom.faces.api.v1 import members, records
from mailroom.faces.api.v1.records import Resource


class CampaignIn(Schema):
    """The fields of a campaign that may be given; `emails` become its activities."""

    campaign_id: str = Field("", max_length=32)
    name: str = Field("", max_length=150)
    status: Literal["planned", "in_progress", "completed", "canceled"] = "planned"
    start_on: date | None = None
    end_on: date | None = None
    description: str = Field("", max_length=100_000)
    owner: str | None = Field(None, max_length=32)
    emails: list[int] = Field([], max_length=500)


CAMPAIGNS = Resource(
    "campaign",
    plain=("campaign_id", "name", "status", "start_on", "end_on", "description"),
    relations=("owner",),
    read_only=("created_at",),
    only_marketers=True,
)
router = records.router(CAMPAIGNS, CampaignIn, "campaigns")
members.add(router, CAMPAIGNS.find, "campaigns")
