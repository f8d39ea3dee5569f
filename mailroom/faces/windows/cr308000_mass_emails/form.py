"""The form of a mass email: its text with placeholders, and whom it goes to."""

from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.relations import choices  # noqa: F401 registers the lookups used here
from mailroom.faces.windows.relations.record import RecordForm
from mailroom.flows.mailings import prepare, text
from mailroom.flows.mailings.models import MassEmail
from mailroom.mime import bodies
from mailroom.records.crm.models import Campaign, MarketingList
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications import language
from mailroom.records.organisation.models import Employee

FREE = ("description", "owner", "from_emails")  # may be changed when the mail is gone


def _many(label: Any, rows: Any) -> Any:
    return forms.ModelMultipleChoiceField(rows, label=label, required=False, widget=forms.CheckboxSelectMultiple)


class Html(forms.CharField):
    """A text as it is stored: what a text area makes of line ends, and what could run, is no change."""

    def to_python(self, value: Any) -> str:
        """Without anything that could run."""
        return clean_html(super().to_python(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another text would be stored."""
        return not self.disabled and clean_html(initial) != clean_html(data)


def clean_html(given: Any) -> str:
    """What is stored of a text."""
    return bodies.sanitise_html(language.with_tables(str(given or "").replace("\r\n", "\n").strip()))


class MassEmailForm(RecordForm):
    """All fields of the window; while it is prepared and once mail is on its way description and owner alone change."""

    account = LookupField(
        "accounts",
        label=gettext_lazy("From"),
        required=True,
        queryset=EmailAccount.objects.filter(active=True, personal_owner=None),
    )
    owner = LookupField("employees", label=gettext_lazy("Owner"), queryset=Employee.objects.all())
    marketing_lists = _many(gettext_lazy("Marketing lists"), MarketingList.objects.filter(active=True))
    campaigns = _many(gettext_lazy("Campaigns"), Campaign.objects.exclude(status=Campaign.Status.CANCELED))

    class Meta:
        model = MassEmail
        fields = (
            *("mass_email_id", "description", "owner", "account", "reply_to", "subject", "body", "source"),
            *("marketing_lists", "campaigns", "campaign_members", "to_contacts", "to_leads", "to_employees"),
        )
        widgets = {"body": forms.Textarea(attrs={"data-editor": "", "rows": 14})}
        field_classes = {"body": Html}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs["aria-label"] = _("Message text area")
        self.fixed = prepare.why_fixed(self.instance) if self.instance.pk is not None else ""
        if self.fixed:
            for name, field in self.fields.items():
                field.disabled = name not in FREE
        elif self.instance.pk is not None:
            self.fields["mass_email_id"].disabled = True
        if self.instance.pk is not None:
            self.fields["mass_email_id"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """Placeholders are known, and the chosen source has something chosen."""
        found: dict[str, Any] = super().clean() or {}
        if self.fixed:
            if self._asks_for_more():
                raise forms.ValidationError(self.fixed)
            return found
        tried = MassEmail(subject=found.get("subject") or "", body=found.get("body") or "")
        for problem in text.problems(tried):
            if problem.field in self.fields:
                self.add_error(problem.field, str(problem))
        return found

    def _asks_for_more(self) -> bool:
        """Whether a page from before, which still let them be changed, sends other values of fields that are fixed."""
        for name in set(self.fields) - set(FREE):
            field, sent = copy(self.fields[name]), name in self.data or f"{name}_text" in self.data
            field.disabled = False
            given = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            if sent and field.has_changed(self.get_initial_for_field(field, name), given):
                return True
        return False
