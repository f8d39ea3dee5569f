"""User settings (SM203010): email, look, language and clock, password, API tokens."""

from typing import Any

from django import forms
from django.contrib import auth
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.cr306015_email_activity import forms as drafts  # noqa: F401 registers the accounts' lookup
from mailroom.faces.windows.kit import person_posts, registry, requests, toasts
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.sign_in.views import BY_LINK
from mailroom.faces.windows.sm203010_user_settings.forms import SettingsForm
from mailroom.faces.windows.sm203010_user_settings.window import WINDOW
from mailroom.flows.sending import security
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import User
from mailroom.records.preferences import personal

MOST_TOKENS = 50
LONGEST_NAME = 80


class UserSettings(RecordWindow):
    """A person's own settings; nobody sees another's."""

    window = WINDOW
    form_class = SettingsForm
    single = True
    shared = False
    write_roles = registry.PEOPLE
    layout = Layout(
        tabs=(
            Tab("email", gettext_lazy("Email settings"), template="sm203010/_email.html"),
            Tab(
                "windows",
                gettext_lazy("Windows"),
                Section(gettext_lazy("Look"), "theme", "density", "single_keys"),
                Section(gettext_lazy("Language and clock"), "language", "time_zone"),
            ),
            Tab(
                "password",
                gettext_lazy("Password"),
                Section(gettext_lazy("Password"), "current_password", "new_password", "new_password_again"),
            ),
            Tab("tokens", gettext_lazy("API tokens"), template="sm203010/_tokens.html"),
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[User]:
        """The person alone."""
        return User.objects.filter(pk=requests.user_of(request).pk)

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, files: Any = None) -> forms.BaseForm:
        """The form knows who asks."""
        return SettingsForm(data, files, request=request)

    def save(self, request: HttpRequest, form: Any) -> User:
        """Keep the settings, and the new password where one is given."""
        try:
            personal.save(form.user, form.values())
        except personal.Invalid as invalid:
            for name, text in invalid.errors.items():
                form.add_error(name, text)
            raise ValidationError(_("The settings were not saved.")) from invalid
        if form.cleaned_data.get("new_password"):
            user = form.user
            user.set_password(form.cleaned_data["new_password"])
            user.save(update_fields=["password"])
            auth.update_session_auth_hash(request, user)
            request.session.pop(BY_LINK, None)
            security.password_changed(user, clock.now())
        saved: User = form.user
        return saved

    def after_save(self, request: HttpRequest, record: Any) -> HttpResponse:
        """The whole page anew: language and look may be others now."""
        with translation.override(record.language):
            toasts.keep(request, toasts.Toast(str(_("Saved"))))
        where = "/" if request.POST.get("close") else self.at("list")
        answer = requests.redirect(request, where)
        for name in person_posts.IN_COOKIE:
            value = personal.read(record)[name]
            answer.set_cookie(name, value, max_age=person_posts.YEAR, samesite="Lax", httponly=True)
        return answer

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """The tokens in force."""
        return {"tokens": sign_in.good_tokens(requests.user_of(request))}

    def title(self, request: HttpRequest, record: Any) -> str:
        """Whose they are."""
        return str(requests.user_of(request))


class Tokens(WindowView):
    """The list of API tokens: make one, revoke one."""

    window = WINDOW

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a token, shown this once, or revoke the one that `revoke` names."""
        user, now = requests.user_of(request), clock.now()
        token = ""
        if "revoke" in request.POST:
            ids = requests.ids_of([request.POST["revoke"]])
            if not ids or not sign_in.revoke(sign_in.good_tokens(user).filter(pk__in=ids), now):
                raise Http404
        elif sign_in.good_tokens(user).count() < MOST_TOKENS:
            token = sign_in.make_token(user, now, request.POST.get("token_name", "").strip()[:LONGEST_NAME])
        return self.render(request, "sm203010/_token_list.html", tokens=sign_in.good_tokens(user), token=token)


urlpatterns = [path("tokens/", Tokens.as_view(), name="tokens"), *UserSettings.urls()]
