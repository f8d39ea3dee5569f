"""Assisted set-up of email: address, servers and sign-in, test; then the account works and is the default."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.faces.windows.email_setup.forms import DEFAULTS, AddressForm, ServersForm, of_account
from mailroom.faces.windows.email_setup.window import WINDOW
from mailroom.faces.windows.kit import requests, toasts
from mailroom.faces.windows.kit.views import WindowView
from mailroom.flows.incoming import account_test, accounts, autodetect, jobs
from mailroom.flows.incoming.exchange import Exchange
from mailroom.records.email_accounts import presets
from mailroom.records.email_accounts.models import EmailAccount, SignInMethod
from mailroom.records.preferences import current


class Address(WindowView):
    """Step 1: whose mail; the answer is step 2 with the servers that were found."""

    window = WINDOW

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.render(request, "setup/address.html", step=1, form=AddressForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find the servers and go on."""
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self.render(request, "setup/address.html", status=422, step=1, form=form)
        data = form.cleaned_data
        preset = presets.find(data["provider"])
        found = autodetect.Found(preset.values(), preset.key) if preset else autodetect.find(data["email_address"])
        values = DEFAULTS | found.values | {"provider": found.provider, "username": data["email_address"]}
        values |= {name: data[name] for name in ("email_address", "sender_name")}
        shown = ServersForm(initial=values)
        return self.render(request, "setup/servers.html", step=2, form=shown, **self.words(found))

    def words(self, found: autodetect.Found) -> dict[str, Any]:
        """What to say about the servers."""
        preset = presets.find(found.provider)
        oauth = preset is not None and preset.sign_in_method != SignInMethod.PASSWORD
        return {"preset": preset, "guessed": found.guessed, "oauth": oauth}


class Servers(WindowView):
    """Step 2: the servers and the sign-in; saving begins the test."""

    window = WINDOW

    def get(self, request: HttpRequest, key: str = "") -> HttpResponse:
        """The form of an account that is being set up; without one, step 1."""
        if not key:
            return requests.redirect(request, "/setup/")
        account = waiting(key)
        form = ServersForm(initial=of_account(account))
        return self.render(request, "setup/servers.html", step=2, form=form, kept=bool(account.password))

    def post(self, request: HttpRequest, key: str = "") -> HttpResponse:
        """Save the account, not active yet, and test it."""
        form = ServersForm(request.POST)
        if form.is_valid():
            try:
                account = form.save()
            except accounts.Invalid as invalid:
                for name, text in invalid.errors.items():
                    form.add_error(name if name in form.fields else None, text)
            else:
                account_test.start(account, requests.user_of(request), clock.now())
                return requests.redirect(request, f"/setup/test/{account.email_account_id}/")
        return self.render(request, "setup/servers.html", status=422, step=2, form=form, open_details=True)


class Test(WindowView):
    """Step 3: the test as it goes; when it passed the account is made to work."""

    window = WINDOW

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The page, or the fragment that asks again while the test runs."""
        account = waiting(key)
        test = account_test.latest(account, requests.user_of(request))
        template = "setup/_test.html" if requests.is_fragment(request) else "setup/test.html"
        first = current.read().default_email_account_id is None
        return self.render(request, template, step=3, record=account, test=test, first=first)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Test again, or finish: active, the default where wanted, and the first mail fetched."""
        account, user, now = waiting(key), requests.user_of(request), clock.now()
        if "again" in request.POST:
            account_test.start(account, user, now)
            return requests.redirect(request, f"/setup/test/{account.email_account_id}/")
        account.active = True
        account.save(update_fields=["active"])
        if "default" in request.POST:
            preferences = current.read()
            preferences.default_email_account = account
            preferences.save(update_fields=["default_email_account"])
        jobs.start_exchange(Exchange.RECEIVE_ALL, [account.pk], "SM507010", user, now)
        toasts.keep(
            request, toasts.Toast(str(_("%(account)s works. Its mail is being fetched.") % {"account": account}))
        )
        return requests.redirect(request, "/co409000/")


def waiting(key: str) -> EmailAccount:
    """The account that is being set up; one that works already has its own window."""
    account = EmailAccount.objects.filter(email_account_id=key, active=False).first()
    if account is None:
        raise Http404
    return account


urlpatterns = [
    path("", Address.as_view(), name="list"),
    path("servers/", Servers.as_view(), name="servers"),
    path("servers/<str:key>/", Servers.as_view(), name="servers-of"),
    path("test/<str:key>/", Test.as_view(), name="test"),
]
