"""The page behind the link of a mass mail: looking changes nothing, one click unsubscribes (RFC 8058)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from mailroom.base import clock
from mailroom.flows.mailings import unsubscribe
from mailroom.flows.mailings.models import MassEmailRecipient

PAGE = "portal/unsubscribe.html"
ONE_CLICK = "One-Click"


@method_decorator((csrf_exempt, never_cache), name="dispatch")
class Unsubscribe(View):
    """A mail program posts `List-Unsubscribe=One-Click` without cookies: the signature in the address is the proof."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """No search engine keeps it, and nobody learns the address from where its reader goes next."""
        response = super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"], response["Referrer-Policy"] = "noindex", "no-referrer"
        return response

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The page with its button: programs that look at every link of a mail unsubscribe nobody."""
        found = unsubscribe.read(token)
        return self.page(request, found) if found is not None else self.unknown(request)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """All mass mail, the mail of one list, or a mistake taken back; once or twice is the same."""
        found = unsubscribe.read(token)
        if found is None:
            return self.unknown(request)
        wanted = "all" if request.POST.get("List-Unsubscribe") == ONE_CLICK else request.POST.get("from", "all")
        if wanted == "again":
            everything = unsubscribe.take_back(found)
            return self.page(request, found, done="again" if everything else "in part")
        only_list = wanted == "list" and found.marketing_list is not None
        unsubscribe.carry_out(found, clock.now(), only_list)
        return self.page(request, found, done="list" if only_list else "all")

    def page(self, request: HttpRequest, found: MassEmailRecipient, done: str = "") -> HttpResponse:
        """What was asked for, and what can be done."""
        return render(request, PAGE, {"recipient": found, "of_list": found.marketing_list, "done": done})

    def unknown(self, request: HttpRequest) -> HttpResponse:
        """A link that was not made here, or whose mail is long gone."""
        return render(request, PAGE, {"recipient": None}, status=404)
