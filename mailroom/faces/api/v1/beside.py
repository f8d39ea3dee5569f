"""Activities and files of a record, the same for every resource of records."""

import base64
import binascii
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Router, Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, operation
from mailroom.records.activities import attached, linking, timeline
from mailroom.records.activities.timeline import Entry
from mailroom.records.crm.models import CaseComment
from mailroom.records.files import store

if TYPE_CHECKING:
    from mailroom.faces.api.v1.records import Resource


class NewFile(Schema):
    """A file in base64."""

    name: str = Field(max_length=255)
    content: str


class Activities(Schema):
    """A page of a record's time line."""

    items: list[dict[str, Any]]
    cursor: str | None


def content_of(file: NewFile) -> bytes:
    """The bytes of a file; a 422 problem when it is not base64."""
    try:
        return base64.b64decode(file.content, validate=True)
    except (binascii.Error, ValueError):
        raise HttpError(422, f"The content of {file.name} is not base64.") from None


def shown(entry: Entry) -> dict[str, Any]:
    """An activity."""
    row = entry.row
    if isinstance(row, CaseComment):
        return {
            "kind": entry.kind,
            "id": row.pk,
            "at": entry.at.isoformat(),
            "subject": row.subject,
            "from": row.from_address,
            "text": row.body,
            "files": [file.pk for file in row.files.all()],
            "told": row.told,
        }
    found: dict[str, Any] = {"kind": entry.kind, "id": row.pk, "at": entry.at.isoformat(), "subject": row.subject}
    found |= {"status": getattr(row, "status", None), "owner": row.owner.employee_id if row.owner else None}
    if entry.kind == "email":
        found |= {"direction": row.direction, "archived": row.archived, "from": row.from_address, "to": row.to_line}
    return found


def add(made: Router, resource: "Resource", tag: str) -> None:
    """The addresses of a record's Activities and files."""
    _read(made, resource, tag)
    _change(made, resource, tag)


def _read(made: Router, resource: "Resource", tag: str) -> None:
    @made.get(
        "/{reference}/activities",
        response={200: Activities, **ERRORS},
        summary=f"Activities of one of {tag}",
        operation_id=operation("activities_of", tag),
    )
    def activities(request: HttpRequest, reference: str, cursor: str = "") -> dict[str, Any]:
        record = resource.find(request, reference)
        page = timeline.of(linking.related(record), rights.user_of(request), cursor[:200])
        return {"items": [shown(entry) for entry in page.entries], "cursor": page.older or None}

    @made.get(
        "/{reference}/files",
        response={200: list[dict[str, Any]], **ERRORS},
        summary=f"Files of one of {tag}",
        operation_id=operation("list_files_of", tag),
    )
    def list_files(request: HttpRequest, reference: str) -> list[dict[str, Any]]:
        return [_file(row) for row in attached.of(resource.find(request, reference))]

    @made.get(
        "/{reference}/files/{int:number}",
        response={200: None, **ERRORS},
        summary=f"A file of one of {tag}",
        operation_id=operation("file_of", tag),
    )
    def get_file(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
        row = attached.find(resource.find(request, reference), number)
        if row is None:
            raise Http404
        response = StreamingHttpResponse(
            store.open_stream(bytes(row.file.sha256)), content_type="application/octet-stream"
        )
        response["Content-Disposition"], response["X-Content-Type-Options"] = "attachment", "nosniff"
        return response


def _change(made: Router, resource: "Resource", tag: str) -> None:
    @made.post(
        "/{reference}/files",
        response={201: dict[str, Any], **ERRORS},
        summary=f"Add a file to one of {tag}",
        operation_id=operation("add_file_to", tag),
    )
    def add_file(request: HttpRequest, reference: str, file: NewFile) -> Any:
        user, record = resource.writer(request), resource.find(request, reference)
        name, content = file.name.replace("\x00", ""), content_of(file)
        return Answer(201, _file(attached.add(record, name, content, clock.now(), user)))

    @made.delete(
        "/{reference}/files/{int:number}",
        response={204: None, **ERRORS},
        summary=f"Remove a file of {tag}",
        operation_id=operation("remove_file_of", tag),
    )
    def remove_file(request: HttpRequest, reference: str, number: int) -> Any:
        resource.writer(request)
        record = resource.find(request, reference)
        if number > LARGEST_ID or not attached.remove(record, [number]):
            raise Http404
        return Answer(204, None)


def _file(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "size": row.size, "at": row.created_at.isoformat()}
