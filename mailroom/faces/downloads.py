"""Stored content as a download: streamed, never run or shown by the browser."""

from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from mailroom.records.files import store


def attachment(sha256: bytes, name: str) -> HttpResponseBase:
    """The content as a file to save under `name`; 410 with a sentence when its bytes are gone from the disk."""
    try:
        pieces = store.open_stream(sha256)
        first = next(pieces, b"")
    except store.FileMissing:
        words = _("The file is missing on disk. Ask an administrator to put it back from a backup.")
        return HttpResponse(words, status=410, content_type="text/plain; charset=utf-8")

    def stream() -> Iterator[bytes]:
        yield first
        yield from pieces

    response = StreamingHttpResponse(stream(), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
