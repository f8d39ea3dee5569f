"""Tasks (CR306020)."""

from datetime import date
from typing import Literal

from ninja import Schema
from pydantic import Field

from mailroom.faces.api.v1 import records
from mailroom.faces.api.v1.records import Resource
from mailroom.faces.api.v1.schemas import RelatedIn


class TaskIn(Schema):
    """The fields of a task that may be given; `related` is the record it is for, `emails` become its activities."""

    subject: str = Field("", max_length=255)
    description: str = Field("", max_length=100_000)
    status: Literal["open", "in_process", "completed", "canceled"] = "open"
    priority: Literal["low", "medium", "high"] = "medium"
    start_on: date | None = None
    due_on: date | None = None
    owner: str | None = Field(None, max_length=32)
    workgroup: str | None = Field(None, max_length=32)
    related: RelatedIn | None = None
    emails: list[int] = Field([], max_length=500)


TASKS = Resource(
    "task",
    plain=("subject", "description", "status", "priority", "start_on", "due_on"),
    relations=("owner", "workgroup"),
    read_only=(
        "created_at",
        "completed_at",
        "related_entity_type",
        "related_entity_id",
        "related_entity_description",
    ),
)
router = records.router(TASKS, TaskIn, "tasks")
