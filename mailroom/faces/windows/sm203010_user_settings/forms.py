"""The form of User settings: email, the look of the windows, language and clock, password."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.sign_in.views import BY_LINK
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.preferences import personal

IN_FORM = tuple(name for name in (*personal.DEFAULTS, *personal.OF_USER) if name != "default_email_account")
PASSWORDS = ("current_password", "new_password", "new_password_again")


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, required=False, max_length=1024, strip=False, widget=widget)


class SettingsForm(forms.Form):
    """Everything a person sets for himself."""

    default_email_account = LookupField(
        "sending-accounts",
        label=gettext_lazy("Default email account"),
        queryset=EmailAccount.objects.all(),
        help_text=gettext_lazy("New emails are from this account; empty is the installation's default."),
    )
    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        required=False,
        widget=forms.Textarea(attrs={"data-editor": "", "rows": 8, "aria-label": gettext_lazy("Signature")}),
    )
    signature_new = forms.BooleanField(label=gettext_lazy("In new emails"), required=False)
    signature_replies = forms.BooleanField(label=gettext_lazy("In replies and forwards"), required=False)
    undo_seconds = forms.IntegerField(
        label=gettext_lazy("Undo period (seconds)"),
        min_value=0,
        max_value=personal.LONGEST_UNDO,
        help_text=gettext_lazy("So long after Send an email can be taken back; 0 sends at once."),
    )
    remote_images = forms.ChoiceField(
        label=gettext_lazy("Remote images"),
        choices=[("ask", gettext_lazy("Ask for each email")), ("always", gettext_lazy("Always show"))],
        help_text=gettext_lazy("Showing them tells the sender that and when you read the email."),
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"),
        choices=[
            ("system", gettext_lazy("As the system")),
            ("light", gettext_lazy("Light")),
            ("dark", gettext_lazy("Dark")),
        ],
    )
    density = forms.ChoiceField(
        label=gettext_lazy("Rows"),
        choices=[("comfortable", gettext_lazy("Comfortable")), ("compact", gettext_lazy("Compact"))],
    )
    single_keys = forms.ChoiceField(
        label=gettext_lazy("Single keys"),
        choices=[("on", gettext_lazy("On")), ("off", gettext_lazy("Off"))],
        help_text=gettext_lazy("Keys such as e for Archive; ? lists them. Ctrl+K works always."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    current_password = _password(gettext_lazy("Present password"), "current-password")
    new_password = _password(gettext_lazy("New password"), "new-password")
    new_password_again = _password(gettext_lazy("New password again"), "new-password")

    def __init__(self, data: Any = None, files: Any = None, *, request: HttpRequest) -> None:
        self.user = requests.user_of(request)
        self.request = request
        super().__init__(data, files, initial=personal.read(self.user))
        self.fields["default_email_account"].queryset = personal.accounts_of(self.user)  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [(name, name) for name in sorted(available_timezones())]  # type: ignore[attr-defined]
        if not self.needs_present_password():
            del self.fields["current_password"]

    def needs_present_password(self) -> bool:
        """A person who came by a one-time link, or never had a password, need not know one."""
        return self.user.has_usable_password() and not self.request.session.get(BY_LINK)

    def clean(self) -> dict[str, Any]:
        """The new password by the rules, twice the same, and the present one with it."""
        data = super().clean() or {}
        new = data.get("new_password") or ""
        if not new and not data.get("new_password_again"):
            return data
        if new != data.get("new_password_again"):
            self.add_error("new_password_again", _("The two new passwords differ."))
        elif "current_password" in self.fields and not self.user.check_password(data.get("current_password") or ""):
            self.add_error("current_password", _("This is not your present password."))
        else:
            try:
                password_validation.validate_password(new, self.user)
            except forms.ValidationError as error:
                self.add_error("new_password", error)
        return data

    def values(self) -> dict[str, Any]:
        """The settings as `personal.save` takes them."""
        data = self.cleaned_data
        account = data.get("default_email_account")
        chosen = {name: data[name] for name in IN_FORM}
        return chosen | {"default_email_account": account.email_account_id if account else None}
