"""Round every request: whence it comes, how large it may be, the person's language and zone, whose changes it makes."""

import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mailroom.base import audit, clock
from mailroom.records.crm import portal
from mailroom.records.organisation import sign_in

LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
NOWHERE = "0.0.0.0"
LARGEST = 300_000_000  # bytes of a request: ten files, as large as a record takes them
LARGEST_OF_STRANGERS = 1_000_000


class OriginMiddleware:
    """Behind a proxy on this machine the address is the one that the proxy saw, as throttling and `/metrics` need it.

    The last entry of X-Forwarded-For is the proxy's own word; those before it are whatever the client wrote. So is
    X-Forwarded-Proto, by which the request came over TLS or not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        if request.META.get("REMOTE_ADDR") in LOOPBACK:
            told, scheme = (request.META.get(f"HTTP_X_FORWARDED_{name}") for name in ("FOR", "PROTO"))
            if told is not None:
                request.META["REMOTE_ADDR"] = _address(told.rpartition(",")[2].strip())
            if scheme is not None and scheme.rpartition(",")[2].strip().lower() == "https":
                request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return NOWHERE


class PersonMiddleware:
    """Activates the signed-in user's language and time zone round the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the person's language and zone; an unknown zone counts as UTC."""
        user = request.user
        if not user.is_authenticated or request.path.startswith(("/api/", "/portal/")):
            return self.get_response(request)
        with timezone.override(user.zone), translation.override(user.language):
            return self.get_response(request)


class SizeMiddleware:
    """Refuses what is too large before a byte is read: files are written to disk while the form is looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or 413. One that does not tell its length is read as empty (PEP 3333)."""
        told = request.META.get("CONTENT_LENGTH") or "0"
        size = int(told) if told.isdecimal() and len(told) < 19 else LARGEST + 1
        if size <= LARGEST_OF_STRANGERS or (size <= LARGEST and _is_known(request)):
            return self.get_response(request)
        most = LARGEST if size > LARGEST else LARGEST_OF_STRANGERS
        words = _("This is too large: at most %(n)d MB can be sent at once.") % {"n": most // 1_000_000}
        return HttpResponse(words, status=413, content_type="text/plain; charset=utf-8")


def _is_known(request: HttpRequest) -> bool:
    """Whether somebody is signed in, by any of the ways there are; the view decides what he may do."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return (
        request.user.is_authenticated
        or (kind.lower() == "bearer" and sign_in.user_of_token(token.strip(), clock.now()) is not None)
        or bool(portal.contacts_of(request.COOKIES.get(portal.COOKIE, ""), clock.now()))
    )


class TrailMiddleware:
    """What the request changes is written down as the signed-in user's; a token's user is told by the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        customers = request.path.startswith("/portal/")  # a colleague who looks at it is nobody there
        way = "portal" if customers else "api" if request.path.startswith("/api/") else "window"
        user = request.user if request.user.is_authenticated and not customers else None
        with audit.acting(user, way, request.META.get("REMOTE_ADDR") or None):
            return self.get_response(request)
