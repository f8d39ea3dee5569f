"""Users (SM201010) in its simplest true form."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit.actions import Action, Outcome, Toolbar
from mailroom.faces.windows.kit.layout import Layout
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.sm201010_users.window import WINDOW
from mailroom.flows.sending import security
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import User


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """Login, name, email, role, active, and a new password."""

    new_password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Leave it empty to keep the present one. It is stored only as a hash."),
    )

    class Meta:
        model = User
        fields = ("login", "full_name", "email", "role", "language", "time_zone", "is_active")

    def clean_login(self) -> str:
        """Lower case, and of the right form."""
        login = str(self.cleaned_data["login"]).lower()
        if not people.LOGIN.fullmatch(login):
            raise forms.ValidationError(_("A login has 1 to 64 letters, digits, dots, dashes, underscores or @."))
        return login

    def clean_new_password(self) -> str:
        """By the rules for passwords."""
        password = str(self.cleaned_data.get("new_password") or "")
        if password:
            password_validation.validate_password(password, self.instance)
        return password


def make_link(request: HttpRequest, ids: list[Any]) -> Outcome:
    """A link that signs the user in once; it is shown to the administrator alone."""
    token = sign_in.make_link(User.objects.get(pk=ids[0]), clock.now())
    address = request.build_absolute_uri(f"/login/link/{token}/")
    return Outcome(_("One-time link: %(address)s") % {"address": address})


class Users(RecordWindow):
    """The people who may sign in."""

    window = WINDOW
    form_class = UserForm
    write_roles = ADMINISTRATORS
    key_field = "login"
    ordering = "login"
    layout = Layout(
        top=(("login", "full_name", "email", "role"), ("language", "time_zone", "is_active", "new_password")),
    )
    toolbar = (Action("link", gettext_lazy("One-time link"), run=make_link, icon="link", roles=ADMINISTRATORS),)

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """The window's own commands need a saved record."""
        return self.toolbar if record is not None else ()

    def records(self, request: HttpRequest) -> QuerySet[User]:
        """All users."""
        return User.objects.all()

    def save(self, request: HttpRequest, form: Any) -> User:
        """Save, with the new password where one is given."""
        user: User = form.save(commit=False)
        is_new, password = user.pk is None, form.cleaned_data.get("new_password")
        if password:
            user.set_password(password)
        elif is_new:
            user.set_unusable_password()
        user.save()
        if is_new:
            security.welcome(user, clock.now())
        elif password:
            security.password_changed(user, clock.now())
        return user


urlpatterns = Users.urls()
