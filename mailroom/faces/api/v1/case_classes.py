"""Case classes (CR206000); open only while Case management is on."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.base.rows import plain
from mailroom.faces.api import rights
from mailroom.faces.api.refusals import Invalid
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.records.crm.models import CaseClass
from mailroom.records.organisation import features

router = Router(tags=["case classes"])
SHOWN = ("class_id", "description", "reopen_within_days")


class ClassIn(Schema):
    """The fields that may be given; what is left out keeps its value."""

    class_id: str = Field("", max_length=32)
    description: str = Field("", max_length=150)
    reopen_within_days: int = Field(14, ge=0, le=32767)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_classes(request: HttpRequest) -> list[dict[str, Any]]:
    """All classes: whoever writes cases chooses among them."""
    rights.user_of(request)
    _open()
    return [_plain(row) for row in CaseClass.objects.all()[:1000]]


@router.post("", response={201: dict[str, Any], **ERRORS})
def add(request: HttpRequest, values: ClassIn) -> Any:
    """A new class."""
    rights.administrator(request)
    _open()
    return Answer(201, _saved(CaseClass(), values))


@router.get("/{class_id}", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest, class_id: str) -> dict[str, Any]:
    """One class."""
    rights.user_of(request)
    return _plain(_find(class_id))


@router.patch("/{class_id}", response={200: dict[str, Any], **ERRORS})
def change(request: HttpRequest, class_id: str, values: ClassIn) -> dict[str, Any]:
    """Change some of it."""
    rights.administrator(request)
    return _saved(_find(class_id), values)


@router.delete("/{class_id}", response={204: None, **ERRORS})
def remove(request: HttpRequest, class_id: str) -> Any:
    """Delete a class that no case has; 409 for another."""
    rights.administrator(request)
    _find(class_id).delete()
    return Answer(204, None)


def _open() -> None:
    if not features.is_on("case_management"):
        raise PermissionDenied


def _find(class_id: str) -> CaseClass:
    _open()
    row = CaseClass.objects.filter(class_id__iexact=class_id.replace("\x00", "")).first()
    if row is None:
        raise Http404
    return row


def _saved(row: CaseClass, values: ClassIn) -> dict[str, Any]:
    for name, value in values.dict(exclude_unset=True).items():
        setattr(row, name, plain(value) if isinstance(value, str) else value)
    try:
        row.full_clean()
    except ValidationError as invalid:
        raise Invalid({name: " ".join(texts) for name, texts in invalid.message_dict.items()}) from invalid
    row.save()
    return _plain(row)


def _plain(row: CaseClass) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SHOWN}
