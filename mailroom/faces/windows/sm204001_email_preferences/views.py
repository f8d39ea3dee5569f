"""Email preferences (SM204001)."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.layout import Layout
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.mail import choices  # noqa: F401 registers the lookups used here
from mailroom.faces.windows.sm204001_email_preferences.window import WINDOW
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications import render
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences


def _template(label: Any) -> LookupField:
    return LookupField("templates", label=label, queryset=NotificationTemplate.objects.filter(locale=""))


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """The top part."""

    default_email_account = LookupField(
        "accounts", label=_("Default email account"), queryset=EmailAccount.objects.all()
    )
    new_user_welcome_email_template = _template(_("New user welcome email template"))
    password_changed_email_template = _template(_("Password changed email template"))
    login_recovery_email_template = _template(_("Login recovery email template"))
    password_recovery_email_template = _template(_("Password recovery email template"))

    url_to_be_used_in_notifications = forms.URLField(
        label=_("URL to be used in notifications"), required=False, assume_scheme="https"
    )

    class Meta:
        model = EmailPreferences
        fields = (
            "default_email_account",
            "email_tag_prefix",
            "email_tag_suffix",
            "archive_emails",
            "automatic_resend_attempts",
            "suspend_email_processing",
            "new_user_welcome_email_template",
            "password_changed_email_template",
            "login_recovery_email_template",
            "password_recovery_email_template",
            "url_to_be_used_in_notifications",
        )

    def clean_new_user_welcome_email_template(self) -> NotificationTemplate | None:
        """A welcome template has the four placeholders in this order."""
        template: NotificationTemplate | None = self.cleaned_data["new_user_welcome_email_template"]
        problem = render.welcome_problem(template.body) if template is not None else ""
        if problem:
            raise forms.ValidationError(problem)
        return template


class EmailPreferencesWindow(RecordWindow):
    """One row for the whole installation, with the accounts below."""

    window = WINDOW
    form_class = PreferencesForm
    single = True
    write_roles = ADMINISTRATORS
    layout = Layout(
        top=(
            (
                "default_email_account",
                "email_tag_prefix",
                "email_tag_suffix",
                "archive_emails",
                "automatic_resend_attempts",
                "suspend_email_processing",
            ),
            (
                "new_user_welcome_email_template",
                "password_changed_email_template",
                "login_recovery_email_template",
                "password_recovery_email_template",
                "url_to_be_used_in_notifications",
            ),
        ),
        after="sm204001/_accounts.html",
    )

    def records(self, request: HttpRequest) -> QuerySet[EmailPreferences]:
        """The one row."""
        current.read()
        return EmailPreferences.objects.filter(pk=current.ROW)

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """The table of accounts."""
        return {"accounts": EmailAccount.objects.all()}

    def title(self, request: HttpRequest, record: Any) -> str:
        """It has no name of its own."""
        return ""


urlpatterns = EmailPreferencesWindow.urls()
