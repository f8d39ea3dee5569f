"""The form of a user."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.mail import choices  # noqa: F401 registers the lookup of employees
from mailroom.records.organisation import features, people, system_locales
from mailroom.records.organisation.models import Employee, User
from mailroom.records.organisation.models.people import Role


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """Login, name, email, role, active, language, time zone, the employee, and a new password."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=features.locales)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=system_locales.time_zones)
    employee = LookupField(
        "employees",
        label=gettext_lazy("Employee"),
        queryset=Employee.objects.all(),
        help_text=gettext_lazy("Mail is owned by employees. A new user without one gets an employee of the same name."),
    )

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

    def clean_employee(self) -> Employee | None:
        """An employee who is no other user."""
        employee: Employee | None = self.cleaned_data["employee"]
        if employee is not None and employee.user_id not in {None, self.instance.pk}:
            raise forms.ValidationError(_("%(name)s belongs to another user."), params={"name": employee})
        return employee

    def clean(self) -> dict[str, Any]:
        """The last administrator stays one, so that somebody can let the others in."""
        values = super().clean() or {}
        demoted = values.get("role") != Role.ADMINISTRATOR or not values.get("is_active")
        others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=self.instance.pk)
        was = User.objects.filter(pk=self.instance.pk, role=Role.ADMINISTRATOR, is_active=True).exists()
        if was and demoted and not others.exists():
            raise forms.ValidationError(_("This is the last active administrator. Make another user one first."))
        return values
