"""The sign-in page, the one-time link and signing out."""

from typing import Any

from django import forms
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mailroom.base import audit, clock, engine
from mailroom.faces.windows.kit import requests
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import recovery, sign_in
from mailroom.records.organisation.models.people import Role

BY_LINK = "signed_in_by_link"  # then a new password needs no old one
BACKEND = "django.contrib.auth.backends.ModelBackend"
WRONG = _("The user name or password is not right.")
LOCKED = _("Too many wrong passwords. Wait 15 minutes, then try again, or ask an administrator for a sign-in link.")
OLD_LINK = _("This link was used before or is too old. Sign in with your password, or ask for a new link.")


class SignInForm(forms.Form):
    """Username, Password and whether the device remembers."""

    username = forms.CharField(max_length=64, strip=True)
    password = forms.CharField(max_length=1024, strip=False, widget=forms.PasswordInput)
    remember = forms.BooleanField(required=False)


class RecoverForm(forms.Form):
    """What was forgotten, and by which name or address its owner is known."""

    what = forms.ChoiceField(
        label=_("What did you forget?"),
        choices=[("password", _("My password")), ("login", _("My username"))],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("Username or email address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


def first_page(request: HttpRequest) -> str:
    """Where a person goes after signing in; an administrator without any account begins with the set-up."""
    asked = requests.safe_next(request, "/")
    empty = asked == "/" and requests.user_of(request).role == Role.ADMINISTRATOR and not EmailAccount.objects.exists()
    return "/setup/" if empty else asked


def page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    """The sign-in page."""
    context.setdefault("username", request.POST.get("username", "")[:64])
    context["next"] = requests.safe_next(request, "/")
    return render(request, "sign_in/login.html", context, status=status)


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """429: too many wrong passwords from here for this name."""
    return page(request, 429, error=LOCKED)


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class SignIn(View):
    """The page at /login/."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form; who is signed in already goes on."""
        if request.user.is_authenticated:
            return redirect(requests.safe_next(request, "/"))
        return page(request, remember=True)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign in; a wrong name and a wrong password get the same words."""
        form = SignInForm(request.POST)
        if not form.is_valid():
            return page(request, 422, error=WRONG)
        values = form.cleaned_data
        user = auth.authenticate(request, username=values["username"].lower(), password=values["password"])
        if getattr(request, "axes_locked_out", False):
            return locked_out(request)
        if user is None:
            return page(request, 422, error=WRONG, remember=values["remember"])
        auth.login(request, user)
        audit.record(user, audit.Act.ACCESS, user)
        if not values["remember"]:
            request.session.set_expiry(0)
        return redirect(first_page(request))


@method_decorator(never_cache, name="dispatch")
class Link(View):
    """The one-time link: opening shows a button, pressing it uses the link (mail scanners only open links)."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The page with the button."""
        response = render(request, "sign_in/link.html", {"token": token})
        response.headers["Referrer-Policy"] = "same-origin"  # a POST without origin is refused
        return response

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Use the link up and sign its user in."""
        user = sign_in.use_link(token, clock.now())
        if user is None:
            return page(request, 410, error=OLD_LINK, username="")
        auth.login(request, user, backend=BACKEND)
        audit.record(user, audit.Act.ACCESS, user, by_link=True)
        request.session[BY_LINK] = True
        return redirect(first_page(request))


@method_decorator(never_cache, name="dispatch")
class Recover(View):
    """Forgotten username or password: a mail, and the same words, as soon, whether or not anybody is found."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return render(request, "sign_in/recover.html", {"form": RecoverForm(initial={"what": "password"})})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Note what was asked for; a worker looks for whom it is and mails him."""
        form = RecoverForm(request.POST)
        if not form.is_valid():
            return render(request, "sign_in/recover.html", {"form": form}, status=422)
        name, what = form.cleaned_data["name"], form.cleaned_data["what"]
        if recovery.ask(name, what, request.META.get("REMOTE_ADDR") or None, clock.now()):
            engine.wake("sending.recover")
        return render(request, "sign_in/recover.html", {"form": None})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; only by POST, so no foreign page can do it."""
    auth.logout(request)
    return redirect("/login/")
