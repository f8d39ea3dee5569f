"""Round every request: the person's language and time zone, and whose changes the audit trail tells of."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from mailroom.base import audit


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
