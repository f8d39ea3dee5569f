"""Cases (CR306000); open only while Case management is on."""

from typing import Literal

from ninja import Schema
from pydantic import Field

from mailroom.faces.api.v1 import records
from mailroom.faces.api.v1.records import Resource


class CaseIn(Schema):
    """The fields of a case that may be given; `emails` become its activities."""

    subject: str = Field("", max_length=255)
    description: str = Field("", max_length=100_000)
    status: Literal["new", "open", "pending_customer", "closed"] = "new"
    reason: str = Field("", max_length=40)
    severity: Literal["low", "medium", "high"] = "medium"
    priority: Literal["low", "medium", "high"] = "medium"
    case_class: str | None = Field(None, max_length=32)
    business_account: str | None = Field(None, max_length=32)
    contact: int | None = None
    lead: int | None = None
    follows: str | None = Field(None, max_length=32)
    owner: str | None = Field(None, max_length=32)
    workgroup: str | None = Field(None, max_length=32)
    emails: list[int] = Field([], max_length=500)


CASES = Resource(
    "case",
    plain=("subject", "description", "status", "reason", "severity", "priority"),
    relations=("case_class", "business_account", "contact", "lead", "owner", "workgroup", "follows"),
    read_only=("case_id", "created_at", "closed_at"),
    feature="case_management",
)
router = records.router(CASES, CaseIn, "cases")
