"""What the reading pane shows: the thread around an email, its slip, files and delivery; the frame with its body."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.html import escape
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.mail import tables
from mailroom.mime import bodies
from mailroom.records.emails import frame, ledger
from mailroom.records.emails.models import Attachment, Direction, Email
from mailroom.records.files import store

MOST_OF_THREAD = 60


def context(request: HttpRequest, email: Email) -> dict[str, Any]:
    """The reading pane's context for one email."""
    return {
        "email": email,
        "messages": thread(request, email),
        "record_url": f"/cr306015/{email.pk}/",
        "status_cell": tables.status_cell(email),
        "delivery": ledger.delivery(email) if email.direction == Direction.OUTGOING else None,
    }


def thread(request: HttpRequest, email: Email) -> list[dict[str, Any]]:
    """The emails of the conversation that this person may see, oldest first; the open one and the last are unfolded."""
    rows = tables.visible(request).exclude(status="deleted").select_related("account", "content")
    rows = rows.prefetch_related("attachments__file", "recipients")
    found = list(rows.filter(thread=email.thread_id).order_by("date", "id")[:MOST_OF_THREAD]) if email.thread_id else []
    if email.pk not in {row.pk for row in found}:
        found.append(rows.filter(pk=email.pk).first() or email)
    return [_message(row, row.pk == email.pk) for row in found]


def _message(email: Email, is_open: bool) -> dict[str, Any]:
    content = getattr(email, "content", None)
    files = [item for item in email.attachments.all() if not item.inline]
    return {
        "email": email,
        "open": is_open,
        "who": tables.sender(email),
        "remote": frame.has_remote_images(content.html) if content else False,
        "note": (content.facts or {}).get("note", "") if content else "",
        "files": [_file(item) for item in files],
    }


def _file(item: Attachment) -> dict[str, Any]:
    missing = item.file is None or not store.is_there(item.file)
    return {"row": item, "missing": missing, "blocked": item.state != Attachment.State.DELIVERED}


def _email(request: HttpRequest, key: int) -> Email:
    email = tables.visible(request).select_related("content").filter(pk=key).first()
    if email is None:
        raise Http404
    return email


@require_GET
def body(request: HttpRequest, key: int) -> HttpResponse:
    """The body in a document of its own, under a policy that lets nothing run and nothing be fetched."""
    if not request.user.is_authenticated:
        raise Http404
    email = _email(request, key)
    images = request.GET.get("images") == "1"
    content = getattr(email, "content", None)
    document = frame.document(content.html if content else "", content.text if content else "", email.pk, images)
    response = HttpResponse(document)
    sources = "'self' data: https: http:" if images else "'self' data:"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; img-src {sources}; style-src 'unsafe-inline'; sandbox allow-same-origin allow-popups "
        "allow-popups-to-escape-sandbox; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
    )
    response._csp_exempt = True  # type: ignore[attr-defined]  # this document has a stricter policy of its own
    return requests.no_store(response)


@require_GET
def raw(request: HttpRequest, key: int) -> HttpResponseBase:
    """Download original: the exact bytes as .eml."""
    if not request.user.is_authenticated:
        raise Http404
    email = _email(request, key)
    if email.raw_sha256 is None:
        raise Http404
    return _download(bytes(email.raw_sha256), f"email-{email.pk}.eml", "message/rfc822")


@require_GET
def file(request: HttpRequest, key: int, attachment: int) -> HttpResponseBase:
    """A file of an email, always as a download; an inline image by its own safe type."""
    if not request.user.is_authenticated:
        raise Http404
    row = _email(request, key).attachments.select_related("file").filter(pk=attachment).first()
    if row is None or row.file is None or row.state != Attachment.State.DELIVERED:
        raise Http404
    return _download(bytes(row.file.sha256), row.name or "file", "application/octet-stream")


@require_GET
def inline(request: HttpRequest, key: int, content_id: str) -> HttpResponseBase:
    """An inline image of a body, by its Content-ID; only pictures, never SVG."""
    if not request.user.is_authenticated:
        raise Http404
    row = _email(request, key).attachments.select_related("file").filter(content_id=content_id).first()
    if row is None or row.file is None or row.content_type.lower() not in frame.PICTURES:
        raise Http404
    return _download(bytes(row.file.sha256), row.name or "image", row.content_type, inline=True)


def _download(sha256: bytes, name: str, kind: str, inline: bool = False) -> HttpResponseBase:
    try:
        pieces = store.open_stream(sha256)
        first = next(pieces, b"")
    except store.FileMissing:
        return HttpResponse(
            escape("The file is missing on disk. Ask an administrator to put it back from a backup."), status=410
        )

    def stream() -> Any:
        yield first
        yield from pieces

    response = StreamingHttpResponse(stream(), content_type=kind)
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response._csp_exempt = True  # type: ignore[attr-defined]  # a download has a stricter policy of its own
    return response


def text_preview(email: Email) -> str:
    """A line of the body."""
    content = getattr(email, "content", None)
    return email.preview or (bodies.text_from_html(content.html)[:200] if content else "")
