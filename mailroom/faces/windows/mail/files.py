"""The files of an email: listed with what is wrong with them, downloaded, shown inline, all together as one archive."""

import zipfile
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from mailroom.faces.windows.kit import errors, requests
from mailroom.faces.windows.mail import rights
from mailroom.mime import file_names
from mailroom.mime.file_names import Lie
from mailroom.records.emails import frame, release
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.files import store

WARNINGS = {
    Lie.TURNED: gettext_lazy("The name hides its true ending. Do not open it."),
    Lie.DOUBLE: gettext_lazy("Looks like a document but is a program. Do not open it."),
    Lie.PROGRAM: gettext_lazy("This is a program or a web page. Open it only if you trust the sender."),
}
TEXTS = frozenset(
    {"text/plain", "text/csv", "text/calendar", "text/vcard", "text/x-vcard", "application/json", "text/markdown"}
)
MAILS = frozenset({"message/rfc822", "message/global"})
LARGEST_PREVIEW = 30_000_000


def listed(email: Email) -> list[dict[str, Any]]:
    """The files of an email that are no part of its body; ask for `attachments__file` beforehand."""
    return [as_shown(item) for item in email.attachments.all() if not item.inline]


def as_shown(item: Attachment) -> dict[str, Any]:
    """A file as the message shows it: its safe name, a warning, whether it is there and how it can be looked at."""
    blocked = item.state != Attachment.State.DELIVERED
    missing = not blocked and (item.file is None or not store.is_there(item.file))
    lie = file_names.lie_of(item.name)
    return {
        "row": item,
        "name": file_names.shown(item.name),
        "warning": WARNINGS.get(lie, ""),
        "missing": missing,
        "blocked": blocked,
        "look": "" if blocked or missing or lie in {Lie.TURNED, Lie.DOUBLE} else look_of(item),
    }


def look_of(item: Attachment) -> str:
    """How the file can be shown without opening a program: picture, pdf, mail, text; empty when it cannot."""
    kind, name = item.content_type.lower().split(";")[0].strip(), item.name.lower()
    if item.size > LARGEST_PREVIEW:
        return ""
    if kind in frame.PICTURES:
        return "picture"
    if kind == "application/pdf" or name.endswith(".pdf"):
        return "pdf"
    if kind in MAILS or name.endswith(".eml"):
        return "mail"
    return "text" if kind in TEXTS or name.endswith((".txt", ".csv", ".log", ".ics", ".md", ".json")) else ""


def find(request: HttpRequest, key: int, attachment: int) -> Attachment:
    """A file that this person may have; Http404 for one that was held back, too."""
    rows = rights.find(request, key).attachments.select_related("file").filter(state=Attachment.State.DELIVERED)
    row = rows.filter(pk=attachment).first() if 0 < attachment <= rights.LARGEST_ID else None
    if row is None or row.file is None:
        raise Http404
    return row


@require_GET
def raw(request: HttpRequest, key: int) -> HttpResponseBase:
    """Download original: the exact bytes as .eml."""
    email = rights.find(request, key)
    if email.raw_sha256 is None:
        raise Http404
    if not release.may_have_original(email, requests.user_of(request)):
        return withheld(request)
    return download(bytes(email.raw_sha256), f"email-{email.pk}.eml", "message/rfc822")


@require_GET
def file(request: HttpRequest, key: int, attachment: int) -> HttpResponseBase:
    """A file of an email, always as a download."""
    row = find(request, key, attachment)
    assert row.file is not None  # noqa: S101  # found with its file
    return download(bytes(row.file.sha256), file_names.shown(row.name), "application/octet-stream")


@require_GET
def inline(request: HttpRequest, key: int, content_id: str) -> HttpResponseBase:
    """An inline image of a body, by its Content-ID; only pictures, never SVG, nor one that was held back."""
    rows = rights.find(request, key).attachments.select_related("file").filter(state=Attachment.State.DELIVERED)
    row = rows.filter(content_id=content_id).first()
    if row is None or row.file is None or row.content_type.lower() not in frame.PICTURES:
        raise Http404
    return download(bytes(row.file.sha256), file_names.shown(row.name), row.content_type, inline=True)


def download(sha256: bytes, name: str, kind: str, inline: bool = False) -> HttpResponseBase:
    """Stored content as a stream under a policy that lets nothing in it run; 410 when it is gone from the disk."""
    try:
        pieces = store.open_stream(sha256)
        first = next(pieces, b"")
    except store.FileMissing:
        return gone()

    def stream() -> Iterator[bytes]:
        yield first
        yield from pieces

    return guarded(StreamingHttpResponse(stream(), content_type=kind), name, inline)


def withheld(request: HttpRequest) -> HttpResponse:
    """The answer for an original that holds a file which this person is not to have."""
    return errors.answer(request, "403.html", 403, words=release.WITHHELD)


def gone() -> HttpResponse:
    """The answer for content that is missing on disk."""
    words = _("The file is missing on disk. Ask an administrator to put it back from a backup.")
    return HttpResponse(words, status=410, content_type="text/plain; charset=utf-8")


def guarded(response: StreamingHttpResponse, name: str, inline: bool = False) -> StreamingHttpResponse:
    """The response with the name it is saved under, and a policy that lets nothing in it run."""
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response._csp_exempt = True  # type: ignore[attr-defined]  # a download has a stricter policy of its own
    return response


@require_GET
def everything(request: HttpRequest, key: int) -> HttpResponseBase:
    """Download all: the delivered files as one ZIP archive, made while it is sent."""
    email = rights.find(request, key)
    rows = [item for item in email.attachments.select_related("file") if not item.inline]
    there = [
        item for item in rows if item.state == Attachment.State.DELIVERED and item.file and store.is_there(item.file)
    ]
    if not there:
        raise Http404
    named = list(zip(unique_names([item.name for item in there]), there, strict=True))
    return guarded(StreamingHttpResponse(_zipped(named), content_type="application/zip"), f"email-{email.pk}.zip")


def unique_names(names: list[str]) -> list[str]:
    """Safe names, none twice: "a.pdf", "a (2).pdf"."""
    taken: set[str] = set()
    found = []
    for name in map(file_names.shown, names):
        stem, dot, ending = name.rpartition(".")
        candidate, number = name, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{stem} ({number}).{ending}" if dot else f"{name} ({number})"
        taken.add(candidate.casefold())
        found.append(candidate)
    return found


class _Outlet:
    """What a ZIP writer writes into and the response reads from."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep a piece until it is taken."""
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits below."""

    def take(self) -> bytes:
        """All that was written since."""
        taken = b"".join(self.pieces)
        self.pieces.clear()
        return taken


def _zipped(named: list[tuple[str, Attachment]]) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # a stream that cannot seek
        for name, item in named:
            assert item.file is not None  # noqa: S101  # chosen with its file
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
                for piece in store.open_stream(bytes(item.file.sha256)):
                    entry.write(piece)
                    yield outlet.take()
    yield outlet.take()
