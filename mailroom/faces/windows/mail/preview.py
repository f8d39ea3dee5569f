"""Looking at a file without opening a program: pictures, the pages of a PDF, text, a mail inside a mail."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.mail import body as frames
from mailroom.faces.windows.mail import files
from mailroom.mime import charsets, file_names, parse, pdf_pages
from mailroom.mime.message import Message
from mailroom.records.emails import frame
from mailroom.records.emails.models import Attachment
from mailroom.records.files import store

LONGEST_TEXT = 200_000
MAGIC = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
    b"BM": "image/bmp",
}


@require_GET
def look(request: HttpRequest, key: int, attachment: int) -> HttpResponse:
    """The dialog that shows a file; a file that cannot be shown says so and offers the download."""
    item = files.find(request, key, attachment)
    kind = files.look_of(item)
    context = {
        "item": item,
        "name": file_names.shown(item.name),
        "kind": kind,
        "base": f"/cr306015/{key}/files/{item.pk}/",
    }
    try:
        if kind == "text":
            content = content_of(item)
            context |= {"text": charsets.decode(content[:LONGEST_TEXT])[0], "cut": len(content) > LONGEST_TEXT}
        elif kind == "mail":
            context |= {"message": inner(item)}
        elif kind == "pdf":
            context |= {"pages": range(1, pdf_pages.count(content_of(item)) + 1)}
    except (store.FileMissing, pdf_pages.NotReadable) as error:
        context |= {"kind": "", "error": str(error)}
    return requests.no_store(render(request, "mail/_look_dialog.html", context))


@require_GET
def body(request: HttpRequest, key: int, attachment: int) -> HttpResponseBase:
    """For a picture its bytes by what they are; for a mail inside a mail its body in the frame's document."""
    item = files.find(request, key, attachment)
    kind = files.look_of(item)
    if kind == "picture":
        return picture(item)
    if kind != "mail":
        raise Http404
    try:
        message = inner(item)
    except store.FileMissing:
        return files.gone()
    showing = frame.Showing(fold_words=_("… Show quoted text"))
    return frames.document(frame.document(message.html, message.text, 0, showing))


def picture(item: Attachment) -> HttpResponseBase:
    """A picture under the type that its first bytes say; Http404 when they are no picture's."""
    assert item.file is not None  # noqa: S101  # found with its file
    try:
        first = next(iter(store.open_stream(bytes(item.file.sha256))), b"")
    except store.FileMissing:
        return files.gone()
    kind = next((kind for start, kind in MAGIC.items() if first.startswith(start)), "")
    if not kind:
        raise Http404
    return files.download(bytes(item.file.sha256), file_names.shown(item.name), kind, inline=True)


@require_GET
def page(request: HttpRequest, key: int, attachment: int, number: int) -> HttpResponse:
    """A page of a PDF as a picture, drawn in a process of its own."""
    item = files.find(request, key, attachment)
    if files.look_of(item) != "pdf":
        raise Http404
    try:
        drawn = pdf_pages.draw(content_of(item), number)
    except store.FileMissing:
        return files.gone()
    except pdf_pages.NotReadable:
        raise Http404 from None
    response = HttpResponse(drawn, content_type="image/png")
    response["Cache-Control"] = "private, max-age=600"
    return response


def content_of(item: Attachment) -> bytes:
    """The bytes of a file that is small enough to be looked at."""
    assert item.file is not None  # noqa: S101  # found with its file
    return store.read(bytes(item.file.sha256))


def inner(item: Attachment) -> Message:
    """A mail that came as a file."""
    return parse.parse(content_of(item))
