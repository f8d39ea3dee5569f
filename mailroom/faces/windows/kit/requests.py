"""What a window asks of a request: whose it is, and which fragment of the page it wants."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from mailroom.records.organisation.models import User

View = Callable[..., HttpResponse]


def user_of(request: HttpRequest) -> User:
    """The signed-in user; only for views behind `signed_in`."""
    return cast(User, request.user)


def without_null_characters(request: HttpRequest) -> None:
    """Take them out of what the address asks: whatever is typed is a good search, and PostgreSQL takes no such text."""
    asked = request.META.get("QUERY_STRING", "")
    if "%00" in asked:
        request.META["QUERY_STRING"] = asked.replace("%00", "")
        request.GET = QueryDict(request.META["QUERY_STRING"])


def target(request: HttpRequest) -> str:
    """The id of the fragment that htmx asks for; empty when a whole page is wanted."""
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]
    if not htmx or htmx.boosted or htmx.history_restore_request:
        return ""
    return htmx.target or "fragment"


def is_fragment(request: HttpRequest) -> bool:
    """Whether the answer is swapped into a page that is already there."""
    return bool(target(request))


def asking_page(request: HttpRequest) -> str:
    """The address of the page that htmx asks from, without its host; empty where nothing tells it."""
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]
    return (htmx.current_url_abs_path or "") if htmx else ""


def redirect(request: HttpRequest, where: str) -> HttpResponse:
    """Go to another address: a plain 303, or htmx's own header inside a fragment."""
    if is_fragment(request):
        return HttpResponseClientRedirect(where)
    answer = HttpResponseRedirect(where)
    answer.status_code = 303
    return answer


def safe_next(request: HttpRequest, fallback: str) -> str:
    """The `next` address the request carries, where it stays on this site; else `fallback`."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked and url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked
    return resolve_url(fallback)


def no_store(response: HttpResponse) -> HttpResponse:
    """A page and its fragment share an address, and hold private mail: neither may come from a cache."""
    patch_vary_headers(response, ["HX-Request", "HX-Target", "Cookie"])
    response.setdefault("Cache-Control", "private, no-cache")
    return response


def ids_of(values: list[str]) -> list[Any] | None:
    """Whole positive numbers out of a form's `ids`; None when one of them is none."""
    if any(not value.isdecimal() or len(value) > 18 for value in values):
        return None
    return list(dict.fromkeys(int(value) for value in values))


def window_id(request: HttpRequest) -> str:
    """The id of the window that the address belongs to."""
    return request.path.strip("/").partition("/")[0].upper()[:16]
