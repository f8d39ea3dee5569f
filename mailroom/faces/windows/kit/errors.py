"""The pages for what went wrong: 403, 404, 500; never a traceback, always a way on and a reference."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mailroom.faces.windows.kit import requests

log = logging.getLogger(__name__)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person's role does not open this."""
    return answer(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such address or record, or one that this person may not see."""
    return answer(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a reference number stands in the log beside the traceback."""
    reference = secrets.token_hex(4)
    log.error("server error shown with reference %s at %s", reference, request.path)
    return answer(request, "500.html", 500, reference=reference)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was opened too long ago, or in another sign-in."""
    return answer(request, "403.html", 403, csrf=True)


def answer(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    """The page, or its words alone where htmx asked (the toast shows them)."""
    fragment = hasattr(request, "htmx") and requests.is_fragment(request)
    customers = request.path.startswith("/portal/")  # who comes from there is led back there
    return render(request, template, {"fragment": fragment, "customers": customers, **context}, status=status)
