"""Round every request: where it comes from, the person's language and time zone, whose changes the trail tells of."""

import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from mailroom.base import audit

LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
NOWHERE = "0.0.0.0"


class OriginMiddleware:
    """Behind a proxy on this machine the address is the one that the proxy saw, as throttling and `/metrics` need it.

    The last entry of X-Forwarded-For is the proxy's own word; those before it are whatever the client wrote.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        told = request.META.get("HTTP_X_FORWARDED_FOR")
        if told is not None and request.META.get("REMOTE_ADDR") in LOOPBACK:
            request.META["REMOTE_ADDR"] = _address(told.rpartition(",")[2].strip())
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
