"""The form of an account: every field of SM204002, its rooms' rows behind one form."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.mail import choices  # noqa: F401 registers the lookups used here
from mailroom.faces.windows.sm204002_system_email_accounts import layout
from mailroom.faces.windows.sm204002_system_email_accounts.folder_rows import FolderRows
from mailroom.flows.incoming import accounts, document_handlers
from mailroom.records.assignment.models import AssignmentMap
from mailroom.records.crm.models import CaseClass
from mailroom.records.email_accounts import presets
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import Employee, User, Workgroup

LOOKUPS: dict[str, tuple[str, Any, Any]] = {
    "personal_owner": ("users", User.objects.all(), _("Personal account of")),
    "confirmation_template": ("templates", NotificationTemplate.objects.all(), _("Confirmation template")),
    "reply_template": ("templates", NotificationTemplate.objects.all(), _("Reply template")),
    "new_case_class": ("case-classes", CaseClass.objects.all(), _("New case class")),
    "case_assignment_map": ("case-maps", AssignmentMap.objects.filter(subject="case"), _("Case assignment map")),
    "email_assignment_map": ("email-maps", AssignmentMap.objects.filter(subject="email"), _("Email assignment map")),
    "default_work_group": ("workgroups", Workgroup.objects.all(), _("Default email work group")),
    "default_owner": ("employees", Employee.objects.all(), _("Default email owner")),
}
LABELS = {
    "incoming_server_encrypted_connection": _("Incoming server requires encrypted connection (SSL)"),
    "provider": _("Provider"),
}
NOTES = {
    "reply_address": _("Sender of automatic replies to unassigned emails; empty is the account's own address."),
    "group_mails": _("Most emails in one session; the rest follow in later sessions."),
    "log_in_using": _(
        "Selected: the outgoing server has its own username and password. Cleared: those of the incoming one."
    ),
    "my_outgoing_server_validates_the_from_field": _(
        "The account's address stands in From; the person is only its name."
    ),
    "confirm_receipt": _(
        "Each sender gets an answer by the template, once a day and thread; programs and employees never."
    ),
    "confirmation_template": _("Empty is the one that Mailroom brings."),
    "reply_template": _("Empty is the one that Mailroom brings."),
    "automatic_replies_per_hour": _("Beyond it the address gets none until it is quiet, and an alert says so."),
    "create_new_case": _("An email that a person wrote and that belongs to nothing yet opens a case of this class."),
    "case_assignment_map": _("The first rule that fits gives the case its owner and work group."),
    "attach_to_business_account_or_contact_or_lead": _(
        "The email becomes an activity of the record with its sender's address; of several, the one active last."
    ),
    "create_new_lead": _(
        "Who is no contact, lead, business account or employee becomes a lead; automatic mail makes none."
    ),
    "reply_to_unassigned_emails": _("Emails without owner and work group are answered by the template."),
    "delete_messages_after_processing": _(
        "Any; Failed: every step of Main processing failed or was skipped; Successful: one did its work. "
        "They move to Deleted."
    ),
    "add_brief_information_about_references": _("A block about the sender's records follows the body."),
    "email_assignment_map": _(
        "Email that has no owner and work group yet gets them by the first rule that fits, else from the fields below."
    ),
    "allowed_attachment_types": _("Extensions separated by commas; empty allows all. Others are quarantined."),
    "root_folder": _("Only with IMAP; empty is INBOX."),
    "oauth2_authorize_address": _("Only for private clouds; empty is the provider's own."),
    "oauth2_token_address": _("Only for private clouds; empty is the provider's own."),
    "oauth2_scopes": _("Empty asks for reading and sending mail."),
    "oauth2_tenant": _("Empty lets any work account consent."),
    "push": _("Only with IMAP; new mail of the root folder and of the first four others is here within seconds."),
    "aliases": _("Other addresses that this account answers for, a line each."),
    "alert_after_minutes": _("A refused sign-in or certificate is told at once."),
    "no_mail_hours": _("Empty is never."),
    "oldest_pending_minutes": _("Empty is never."),
    "consent_ends_days": _("Only with OAuth2; empty is never."),
    "consent_lasts_days": _("Only where the token server does not say how long it lasts; empty is not known."),
    "largest_email_bytes": _("Of a larger email only the header and a note are kept."),
}
READ_ONLY = ("email_account_type", "document_handler")
SECRET_FIELDS = ("password", "outgoing_password", "oauth2_client_secret")


def _bases() -> dict[str, forms.Field]:
    """A form field for every field that a person may set."""
    made: dict[str, forms.Field] = {}
    shown = set(layout.names())
    for model in accounts.ROOMS:
        for name, field in accounts.fields(model).items():
            if name not in shown:
                continue
            if name in LOOKUPS:
                lookup, rows, label = LOOKUPS[name]
                made[name] = LookupField(lookup, label=label, queryset=rows, help_text=NOTES.get(name, ""))
                continue
            made[name] = _field(name, field)
    made["email_account_type"] = forms.CharField(
        label=_("Email account type"), required=False, disabled=True, initial="Standard"
    )
    made["document_handler"] = forms.CharField(
        label=_("Document handler"),
        required=False,
        disabled=True,
        help_text=_("Code of this installation that is given emails with documents, such as AutoPay."),
    )
    return made


def _field(name: str, field: Any) -> forms.Field:
    if name in SECRET_FIELDS:
        return forms.CharField(
            label=field.verbose_name,
            required=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        )
    if name == "provider":
        options = [("", _("Other"))] + [(preset.key, preset.name) for preset in presets.PRESETS]
        fills = json.dumps({preset.key: preset.values() for preset in presets.PRESETS})
        widget = forms.Select(attrs={"data-fills": fills})
        return forms.ChoiceField(label=_("Provider"), required=False, choices=options, widget=widget)
    made: forms.Field = field.formfield()
    made.label = LABELS.get(name, made.label)
    made.help_text = NOTES.get(name, made.help_text)
    return made


class AccountForm(forms.Form):
    """All of SM204002; validation is that of `accounts.save_account`."""

    def __init__(self, *args: Any, instance: EmailAccount | None = None, **kwargs: Any) -> None:
        self.instance = instance
        values = _values(instance)
        kwargs["initial"] = values | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields.update(_bases())
        self.folders = FolderRows(self, instance)
        for name in SECRET_FIELDS:
            if instance is not None and getattr(instance, name):
                self.fields[name].help_text = _("A secret is set. Leave it empty to keep it.")
        if instance is not None:
            self.fields["email_account_id"].disabled = True

    def values(self) -> dict[str, Any]:
        """What save_account takes: only the fields that the browser sent."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in READ_ONLY}
        preset = presets.find(data.get("provider") or "")
        if preset is not None and not data.get("incoming_mail_server") and not data.get("outgoing_mail_server"):
            data |= preset.values()
        return self.folders.into(data)


def _values(account: EmailAccount | None) -> dict[str, Any]:
    found: dict[str, Any] = {"email_account_type": "Standard", "document_handler": _("None")}
    if account is None:
        return found
    found["document_handler"] = document_handlers.name_of(account.email_account_id) or _("None")
    for row in (account, *(accounts._row(model, account) for model in accounts.ROOMS[1:])):
        for name, field in accounts.fields(type(row)).items():
            if name not in accounts.SECRETS:
                found[name] = getattr(row, field.attname) if field.is_relation else getattr(row, name)
    return found
