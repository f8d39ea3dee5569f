"""The frame with a body: a document of its own, under a policy that lets nothing run and nothing be fetched."""

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.mail import conversation, images_wanted, rights
from mailroom.mime import bodies, parse, remote_images
from mailroom.records.emails import frame
from mailroom.records.emails.models import Email
from mailroom.records.emails.received import LONGEST_TEXT
from mailroom.records.files import store


@require_GET
def body(request: HttpRequest, key: int) -> HttpResponse:
    """The body; `?images=1` with remote images, `?all=1` however long it is, `?text=1` as plain text."""
    email = rights.find(request, key)
    images = request.GET.get("images") == "1" or images_wanted.from_sender(request, email)
    whole = request.GET.get("all") == "1"
    html, text = bodies_of(email, whole)
    showing = frame.Showing(images, whole, request.GET.get("text") == "1", _("… Show quoted text"))
    return document(frame.document(html, text, email.pk, showing), images)


def bodies_of(email: Email, whole: bool) -> tuple[str, str]:
    """HTML and text as stored; where storing cut them and the whole is wanted, read anew from the original."""
    content = getattr(email, "content", None)
    html, text = (content.html, content.text) if content else ("", "")
    if whole and email.raw_sha256 is not None and max(len(html), len(text)) >= LONGEST_TEXT:
        try:
            message = parse.parse(store.read(bytes(email.raw_sha256)))
        except store.FileMissing:
            return html, text
        return message.html, message.text
    return html, text


def document(text: str, images: bool = False) -> HttpResponse:
    """A page for the frame, with the frame's policy."""
    response = HttpResponse(text)
    sources = "'self' data: https: http:" if images else "'self' data:"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; img-src {sources}; style-src 'unsafe-inline'; font-src 'self'; sandbox allow-same-origin "
        "allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
    )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_exempt = True  # type: ignore[attr-defined]  # this document has a stricter policy of its own
    return requests.no_store(response)


def of_draft(html: str) -> SafeString:
    """A body that is not sent yet as the `srcdoc` of a sandboxed frame; remote images stay away."""
    inner = remote_images.hold(bodies.sanitise_html(html))
    sheet = static("mailroom/preview.css")
    return SafeString(escape(f'<!doctype html><link rel="stylesheet" href="{sheet}"><body dir="auto">{inner}</body>'))


@require_POST
def trust(request: HttpRequest, key: int) -> HttpResponse:
    """Always for this sender: remember it for this person and show the message again."""
    email = rights.find(request, key)
    images_wanted.always(request, email)
    if not requests.is_fragment(request):
        return requests.redirect(request, requests.safe_next(request, f"/cr306015/{email.pk}/"))
    return conversation.answer(request, email)
