"""Signing in to the portal: the address, the link that is mailed to it, and out again."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock, engine
from mailroom.faces.portal import visitor
from mailroom.faces.portal.visitor import COOKIE, PATH, PortalView
from mailroom.records.crm import portal


class AddressForm(forms.Form):
    """The address that the link goes to."""

    address = forms.EmailField(
        label=gettext_lazy("Your email address"),
        max_length=portal.LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )


class SignIn(PortalView):
    """Asks for an address; the answer is the same whether or not anybody has it, and however often it was asked."""

    open_to_strangers = True
    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form; who is signed in already goes on."""
        return HttpResponseRedirect(PATH) if self.contacts else self.page("portal/sign_in.html", form=AddressForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Note that a link was asked for; a worker makes and mails it."""
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self.page("portal/sign_in.html", status=422, form=form)
        if portal.ask(form.cleaned_data["address"], request.META.get("REMOTE_ADDR") or None, clock.now()):
            engine.wake("notifying.portal_links")
        return self.page("portal/sign_in.html", asked=True, minutes=portal.LINK_LIFE.seconds // 60)


class Link(PortalView):
    """The one-time link: opening shows a button, pressing it uses the link (mail scanners only open links)."""

    open_to_strangers = True
    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The page with the button; its address is told to nobody."""
        answer = self.page("portal/link.html")
        answer.headers["Referrer-Policy"] = "same-origin"  # a POST without origin is refused
        return answer

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Use the link up and sign in."""
        cookie = portal.use_link(token, clock.now())
        if not cookie:
            old = _("This link was used before or is too old. Ask for a new one.")
            return self.page("portal/sign_in.html", status=410, form=AddressForm(), error=old)
        portal.end(request.COOKIES.get(COOKIE, ""))
        return visitor.sign_in(HttpResponseRedirect(PATH), cookie)


class SignOut(PortalView):
    """Ends the session; only by POST, so no foreign page can do it."""

    open_to_strangers = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Back to the sign-in."""
        portal.end(request.COOKIES.get(COOKIE, ""))
        answer = HttpResponseRedirect(visitor.SIGN_IN)
        answer.delete_cookie(COOKIE, path=PATH)
        return answer
