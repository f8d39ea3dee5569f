"""Leads (CR301000)."""

from typing import Literal

from ninja import Schema
from pydantic import Field

from mailroom.faces.api.v1 import adding, records
from mailroom.faces.api.v1.records import Resource


class LeadIn(Schema):
    """The fields of a lead that may be given; `emails` become its activities."""

    name: str = Field("", max_length=150)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    company: str = Field("", max_length=150)
    status: Literal["new", "open", "converted", "lost"] = "new"
    description: str = Field("", max_length=100_000)
    owner: str | None = Field(None, max_length=32)
    emails: list[int] = Field([], max_length=500)


LEADS = Resource(
    "lead",
    plain=("name", "email", "phone", "company", "status", "description"),
    relations=("owner",),
    read_only=("created_at",),
)
router = records.router(LEADS, LeadIn, "leads")
many = adding.router(LEADS, "leads")
