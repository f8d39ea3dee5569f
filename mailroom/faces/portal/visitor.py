"""Who visits the portal: a cookie of its own, good below /portal/ alone, and what every page of it does first."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views import View

from mailroom.base import clock
from mailroom.flows.sending import from_template
from mailroom.records.crm import portal
from mailroom.records.crm.models import Contact
from mailroom.records.organisation import system_locales

COOKIE, PATH = portal.COOKIE, "/portal/"
SIGN_IN = "/portal/sign-in/"


class PortalView(View):
    """A page of the portal; `contacts` are those whom the visitor speaks for, none for a stranger."""

    open_to_strangers: ClassVar[bool] = False
    contacts: list[Contact]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Switched off there is no portal; a stranger is led to the sign-in; what is not his own is not found."""
        if not portal.is_open():
            raise Http404
        self.contacts = portal.contacts_of(request.COOKIES.get(COOKIE, ""), clock.now())
        language = self._language()
        with translation.override(language), timezone.override(system_locales.zone_of(language)):
            if not self.contacts and not self.open_to_strangers:
                return HttpResponseRedirect(SIGN_IN)
            try:
                answer = super().dispatch(request, *args, **kwargs)
            except Http404:
                answer = self.page("portal/not_found.html", status=404)
        add_never_cache_headers(answer)
        return answer

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """A template with whose portal it is, and who is signed in."""
        context["visitor"] = self.contacts[0] if self.contacts else None
        context["firm"] = from_template.company(from_template.account_of(None))
        return render(self.request, template, context, status=status)

    def _language(self) -> str:
        """The language of the customer's record, else the browser's."""
        languages = [one.business_account.language for one in self.contacts if one.business_account]
        known = {code for code, _name in settings.LANGUAGES}
        return next((one for one in languages if one in known), translation.get_language())


def sign_in(response: HttpResponse, cookie: str) -> HttpResponse:
    """Give the browser the cookie of a session."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(portal.SESSION_LIFE.total_seconds()),
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


class Missing(PortalView):
    """Any other address below /portal/."""

    open_to_strangers = True

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """There is no method that finds it."""
        raise Http404
