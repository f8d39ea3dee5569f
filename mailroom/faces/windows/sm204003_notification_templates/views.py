"""Notification templates (SM204003): the texts that automatic mail is made from."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Menu, Outcome, Toolbar
from mailroom.faces.windows.kit.layout import Layout
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.mail import choices  # noqa: F401 registers the lookups used here
from mailroom.faces.windows.sm204003_notification_templates import history, tools
from mailroom.faces.windows.sm204003_notification_templates.window import WINDOW
from mailroom.faces.windows.sm204003_notification_templates.window_choice import WindowField
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications import events, files, render, saving
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.preferences import current


def _line(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=2000)


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """All fields of the window."""

    notification_id = forms.CharField(
        label=gettext_lazy("Notification ID"),
        required=False,
        disabled=True,
        help_text=gettext_lazy("Made from the description when it is first saved."),
    )
    from_account = LookupField("accounts", label=gettext_lazy("From"), queryset=EmailAccount.objects.all())
    to, cc, bcc = _line(gettext_lazy("To")), _line(gettext_lazy("CC")), _line(gettext_lazy("BCC"))
    subject = _line(gettext_lazy("Subject"))
    window = WindowField(label=gettext_lazy("Window"))
    shown_window_id = forms.CharField(label=gettext_lazy("Window ID"), required=False, disabled=True)
    locale = forms.ChoiceField(label=gettext_lazy("Locale"), required=False)

    class Meta:
        model = NotificationTemplate
        fields = ("description", "from_account", "to", "cc", "bcc", "subject", "locale", "body")
        widgets = {"body": forms.Textarea(attrs={"data-editor": "", "rows": 16})}

    def __init__(
        self, data: Any = None, files: Any = None, *, instance: NotificationTemplate | None = None, **kwargs: Any
    ) -> None:
        window_id = instance.window_id if instance is not None else ""
        shown = {"window": window_id, "shown_window_id": window_id}
        shown["notification_id"] = instance.notification_id if instance is not None else ""
        kwargs["initial"] = shown | (kwargs.get("initial") or {})
        super().__init__(data, files, instance=instance, **kwargs)
        self.fields["window"].also = window_id  # type: ignore[attr-defined]  # a window that is no longer there stays chosen
        self.fields["locale"].choices = [("", _("All others")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["body"].widget.attrs["aria-label"] = _("Message text area")

    def clean_body(self) -> str:
        """A text that welcomes new users keeps its four places."""
        body = str(self.cleaned_data.get("body") or "")
        preferences = current.read()
        if self.instance.pk and preferences.new_user_welcome_email_template_id == self.instance.pk:
            problem = render.welcome_problem(body)
            if problem:
                raise forms.ValidationError(problem)
        return body


class NotificationTemplates(RecordWindow):
    """One template; the arrows go through all of them."""

    window = WINDOW
    form_class = TemplateForm
    write_roles = ADMINISTRATORS
    ordering = "description"
    layout = Layout(
        top=(
            ("notification_id", "description", "window", "shown_window_id", "locale"),
            ("from_account", "to", "cc", "bcc", "subject"),
        ),
        after="sm204003/_editor.html",
    )

    def records(self, request: HttpRequest) -> QuerySet[NotificationTemplate]:
        """All templates; only administrators come here."""
        return NotificationTemplate.objects.all()

    def save(self, request: HttpRequest, form: Any) -> NotificationTemplate:
        """Through the one place that knows the rules."""
        template = form.instance
        template.window_id = form.cleaned_data["window"]
        try:
            with transaction.atomic():
                saved = saving.save(template, requests.user_of(request), clock.now())
                tools.keep_files(request, saved)
        except files.NotTaken as refused:
            raise ValidationError(str(refused)) from refused
        except saving.Invalid as invalid:
            for name, text in invalid.errors.items():
                form.add_error("window" if name == "window_id" else name, text)
            raise ValidationError(_("The template was not saved.")) from invalid
        return saved

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """What the editor's tools show for the window that the form names."""
        kept = list(record.files.all()) if record is not None else []
        tried = tools.context_of(request, str(form["window"].value() or ""))
        served = [event.label for event in events.served_by(record)] if record is not None else []
        return tried | {
            "files": kept,
            "record_url": self.url_of(record) if record is not None else "",
            "served": served,
        }

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """A saved template has versions."""
        if record is None:
            return ()
        address = f"{WINDOW.url()}{record.pk}/versions/"
        items = (Action("versions", gettext_lazy("Versions"), url=address, dialog=True, icon="clock", rows=False),)
        return (Menu(gettext_lazy("Actions"), items),)

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """Shipped templates stay."""
        try:
            saving.delete(record)
        except saving.InUse as refused:
            return Outcome(str(refused), level="bad")
        return Outcome(_("%(name)s deleted") % {"name": record}, redirect=self.at("list"))


urlpatterns = [
    path("placeholders/", tools.Picker.as_view(), name="placeholders"),
    path("preview/", tools.Preview.as_view(), name="preview"),
    path("test/", tools.Test.as_view(), name="test"),
    path("<int:key>/files/<int:number>/", tools.File.as_view(), name="file"),
    path("<int:key>/versions/", history.Versions.as_view(), name="versions"),
    path("<int:key>/versions/<int:number>/", history.Version.as_view(), name="version"),
    *NotificationTemplates.urls(),
]
