"""Users (SM201010): who may sign in, as what, and by which links and tokens."""

from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import cells, requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Menu, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.relations.record import ListedRecord
from mailroom.faces.windows.sm201010_users.forms import UserForm
from mailroom.faces.windows.sm201010_users.window import WINDOW
from mailroom.flows.sending import from_template, security
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import ApiToken, User
from mailroom.records.organisation.models.people import Role

SHOWN_ONCE = "sm201010.shown_once"
SHOWN_AT = "/sm201010/shown-once/"


def status_cell(user: User) -> SafeString:
    """Icon and word."""
    return cells.status(_("Active"), "ok") if user.is_active else cells.status(_("Inactive"))


class Users(GridWindow):
    """The list."""

    window = WINDOW
    columns = (
        Column("login", gettext_lazy("Login"), sort="login", width=18, link=True, place="from"),
        Column("full_name", gettext_lazy("Name"), place="subject"),
        Column("email", gettext_lazy("Email"), width=34, place="entity"),
        Column(
            "role",
            gettext_lazy("Role"),
            cell=lambda row: row.get_role_display(),
            width=16,
            place="status",
            notable=lambda row: True,
        ),
        Column("employee", gettext_lazy("Employee"), width=20),
        Column("is_active", gettext_lazy("Status"), cell=status_cell, width=14),
        Column(
            "last_login",
            gettext_lazy("Last sign-in"),
            cell=cells.of("last_login", cells.moment),
            width=16,
            place="date",
        ),
    )
    default_sort = "login"
    row_name = "users"
    tabs = (
        FilterTab("active", gettext_lazy("Active"), lambda rows, request: rows.filter(is_active=True)),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (
        Action("add", gettext_lazy("Add"), url="/sm201010/new/", icon="plus", keys="Alt+n", style="icon", rows=False),
    )
    checks = False

    def records(self, request: HttpRequest) -> QuerySet[User]:
        """All of them."""
        return User.objects.select_related("employee")

    def search(self, rows: QuerySet[User], text: str) -> QuerySet[User]:
        """By login, name and address."""
        for word in text.split()[:8]:
            rows = rows.filter(people.named(word))
        return rows

    def row_url(self, row: User, request: HttpRequest) -> str:
        """The user's own page."""
        return f"/sm201010/{row.login}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(_("No users here"), "", "user", "/sm201010/new/", _("Add a user"))


def make_link(request: HttpRequest, ids: list[Any]) -> Outcome:
    """A link that signs the user in once; it is shown to the administrator this once."""
    token = sign_in.make_link(User.objects.get(pk=ids[0]), clock.now())
    address = f"{from_template.base_address()}/login/link/{token}/"  # never from Host: a proxy's is not the public one
    words = _("This link signs the user in once, within 24 hours. Send it by a way that only this person reads.")
    _keep(request, _("One-time link"), address, words)
    return Outcome(dialog=SHOWN_AT)


def make_token(request: HttpRequest, ids: list[Any]) -> Outcome:
    """A token for the API; it is shown this once."""
    token = sign_in.make_token(User.objects.get(pk=ids[0]), clock.now(), _("From Users"))
    words = _("Programs send it as Authorization: Bearer. It is not shown again; a lost one is replaced by a new one.")
    _keep(request, _("API token"), token, words)
    return Outcome(dialog=SHOWN_AT)


def _keep(request: HttpRequest, title: str, value: str, words: str) -> None:
    """For the dialog that shows it; sealed, because sessions are rows of the database."""
    request.session[SHOWN_ONCE] = [title, settings.KEYS.seal(value), words]


def revoke(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Every API token of the user ends now."""
    count = sign_in.revoke(ApiToken.objects.filter(user__in=ids), clock.now())
    return Outcome(_("API tokens revoked: %(n)d") % {"n": count})


def ask_revoke(count: int) -> Confirm:
    """The question before it."""
    words = _("Programs that use them are refused from this moment.")
    return Confirm(_("Revoke all API tokens of this user?"), words, _("Revoke API tokens"))


class ShownOnce(WindowView):
    """The link or token that was just made, in a dialog; a second look finds nothing."""

    window = WINDOW

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show and forget."""
        kept = request.session.pop(SHOWN_ONCE, None)
        if kept is None:
            raise Http404
        title, sealed, words = kept
        whole = not requests.is_fragment(request)
        template = "sm201010/shown_once.html" if whole else "sm201010/_shown_once.html"
        return self.render(request, template, title=title, value=settings.KEYS.unseal(sealed), words=words)


class UserWindow(ListedRecord):
    """One user."""

    window = WINDOW
    form_class = UserForm
    write_roles = ADMINISTRATORS
    key_field = "login"
    ordering = "login"
    close_to = "/sm201010/"
    layout = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("User"), "login", "full_name", "email", "role", "employee", "is_active"),
                Section(gettext_lazy("Settings"), "language", "time_zone", "new_password"),
            ),
            Tab("tokens", gettext_lazy("API tokens"), template="sm201010/_tokens.html"),
        ),
    )
    toolbar = (
        Menu(
            gettext_lazy("Actions"),
            (
                Action("link", gettext_lazy("One-time link"), run=make_link, icon="link", roles=ADMINISTRATORS),
                Action("token", gettext_lazy("New API token"), run=make_token, icon="lock", roles=ADMINISTRATORS),
                Action(
                    "revoke",
                    gettext_lazy("Revoke API tokens"),
                    run=revoke,
                    icon="x",
                    roles=ADMINISTRATORS,
                    confirm=ask_revoke,
                ),
            ),
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[User]:
        """All users."""
        return User.objects.select_related("employee")

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, files: Any = None) -> Any:
        """With the employee that the user is."""
        made = super().form(request, record, data, files)
        if record is not None:
            made.initial["employee"] = getattr(record, "employee", None)
        return made

    def save(self, request: HttpRequest, form: Any) -> User:
        """Save, with the new password where one is given, and tell the user."""
        user: User = form.save(commit=False)
        is_new, password = user.pk is None, form.cleaned_data.get("new_password")
        if password:
            user.set_password(password)
        elif is_new:
            user.set_unusable_password()
        with transaction.atomic():
            user.save()
            people.join(user, form.cleaned_data.get("employee"), is_new and user.role != Role.API)
        if is_new:
            security.welcome(user, clock.now())
        elif password:
            security.password_changed(user, clock.now())
        return user

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """Nobody deletes himself or the last administrator."""
        try:
            people.delete(record, requests.user_of(request))
        except people.NotAllowed as refused:
            return Outcome(str(refused), level="bad")
        return Outcome(_("%(name)s deleted") % {"name": record}, redirect=self.at("list"))

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """The API tokens, without the tokens."""
        tokens = record.api_tokens.order_by("-id")[:50] if record is not None else ()
        return super().context(request, record, form) | {"tokens": tokens}


urlpatterns = [*Users.urls(), path("shown-once/", ShownOnce.as_view(), name="shown-once"), *UserWindow.urls()]
