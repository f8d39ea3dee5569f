"""Preview: the real message as a desktop, a phone, a dark program and a text program show it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from mailroom.base import clock
from mailroom.faces.windows.cr306015_email_activity import drafting
from mailroom.faces.windows.cr306015_email_activity.window import WINDOW
from mailroom.faces.windows.kit.views import WindowView
from mailroom.flows.sending import preview
from mailroom.records.emails import frame
from mailroom.records.files import store

WAYS: dict[str, Any] = {"desktop": _("Desktop"), "phone": _("Phone"), "dark": _("Dark"), "text": _("Plain text")}
DARK = (
    "<style>html{color-scheme:dark}body{background:#16191c!important;color:#e4e7e9!important}a{color:#7cc4e8}</style>"
)
MARGIN = "<style>body{padding:16px}</style>"
PLAIN = "<style>pre{font:14px/1.5 ui-monospace,monospace;margin:0}</style>"
POLICY = (
    "default-src 'none'; img-src 'self' data:; font-src 'self'; style-src 'unsafe-inline'; sandbox allow-same-origin; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)


class Preview(WindowView):
    """The dialog: who and what first, then the frame of the way that is chosen."""

    window = WINDOW
    http_method_names = ["get"]

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        """The preview of a draft, or of any outgoing email."""
        email = drafting.draft_of(request, key)
        wanted = request.GET.get("as", "desktop")
        way = wanted if wanted in WAYS else "desktop"
        try:
            message = preview.of(email, clock.now())
        except store.FileMissing as missing:
            return self.render(request, "cr306015/_preview.html", record=email, fault=str(missing))
        context: dict[str, Any] = {"record": email, "message": message, "way": way, "ways": WAYS.items()}
        return self.render(request, "cr306015/_preview.html", **context)


class PreviewBody(WindowView):
    """The message's body in a sandboxed document of its own."""

    window = WINDOW
    http_method_names = ["get"]

    def get(self, request: HttpRequest, key: int, way: str) -> HttpResponse:
        """The HTML part under a policy that lets nothing run; `text` shows the text part."""
        email = drafting.draft_of(request, key)
        message = preview.of(email, clock.now())
        if way == "text":
            document = f"<!doctype html>{MARGIN}{PLAIN}<body><pre>{escape(message.text)}</pre></body>"
        else:
            document = frame.document(message.html, message.text, email.pk, frame.Showing())
            document = document.replace("</head>", f"{MARGIN}{DARK if way == 'dark' else ''}</head>")
        response = HttpResponse(document)
        response["Content-Security-Policy"] = POLICY
        response._csp_exempt = True  # type: ignore[attr-defined]  # this document has a stricter policy of its own
        return response
