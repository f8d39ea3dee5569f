"""System email accounts (SM204002)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Menu, Outcome
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.sm204002_system_email_accounts.forms import AccountForm
from mailroom.faces.windows.sm204002_system_email_accounts.window import WINDOW
from mailroom.flows.incoming import accounts, jobs
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.receiving import probe as receiving_probe
from mailroom.flows.sending import probe as sending_probe
from mailroom.records.email_accounts.models import EmailAccount

LAYOUT = Layout(
    top=(
        ("email_account_id", "email_account_type", "description", "active"),
        ("email_address", "reply_address", "provider", "personal_owner"),
    ),
    tabs=(
        Tab(
            "servers",
            gettext_lazy("Servers"),
            Section(
                gettext_lazy("Server information"),
                "incoming_mail_protocol",
                "root_folder",
                "incoming_mail_server",
                "outgoing_mail_server",
                "group_mails",
            ),
            Section(
                gettext_lazy("Login information"),
                "sign_in_method",
                "username",
                "password",
                "oauth2_client_id",
                "oauth2_client_secret",
                "oauth2_tenant",
            ),
        ),
        Tab(
            "advanced",
            gettext_lazy("Advanced settings"),
            Section(
                gettext_lazy("Security"),
                "my_outgoing_server_requires_authentication",
                "log_in_using",
                "outgoing_username",
                "outgoing_password",
                "my_outgoing_server_validates_the_from_field",
                "incoming_server_encrypted_connection",
                "outgoing_server_encrypted_connection",
                "verify_certificates",
                "certificate_authority",
            ),
            (
                Section(gettext_lazy("Server port numbers"), "incoming_server_port", "outgoing_server_port"),
                Section(
                    gettext_lazy("Sender"),
                    "sender_name",
                    "sender_name_source",
                    "aliases",
                    "timeout_seconds",
                ),
                Section(
                    gettext_lazy("Sending limits"),
                    "limit_per_minute",
                    "limit_per_hour",
                    "limit_per_domain_per_minute",
                    "resend_when_in_doubt",
                ),
            ),
        ),
        Tab(
            "processing",
            gettext_lazy("Processing of incoming email"),
            (
                "activate_incoming_processing",
                Section(gettext_lazy("Initial processing"), "confirm_receipt", "confirmation_template"),
                Section(
                    gettext_lazy("Main processing"),
                    "create_new_case",
                    "new_case_class",
                    "attach_to_business_account_or_contact_or_lead",
                    "create_new_lead",
                    "reply_to_unassigned_emails",
                    "reply_template",
                ),
            ),
            Section(
                gettext_lazy("Final processing"),
                "delete_messages_after_processing",
                "delete_which_messages",
                "add_brief_information_about_references",
            ),
        ),
        Tab(
            "content",
            gettext_lazy("Content"),
            ("remove_messages_from_server", "allowed_attachment_types", "discard_other_attachments"),
            (
                "after_receiving",
                "move_to_folder",
                "largest_email_bytes",
                "receive_every_seconds",
                "trusted_authentication_hosts",
            ),
        ),
        Tab(
            "assignment",
            gettext_lazy("Assignment settings"),
            ("email_assignment_map", "default_work_group", "default_owner"),
        ),
    ),
    aside="sm204002/_state.html",
)
PROCESSING = "activate_incoming_processing"
ENABLED = {
    "root_folder": "incoming_mail_protocol=IMAP",
    "outgoing_username": "my_outgoing_server_requires_authentication log_in_using",
    "outgoing_password": "my_outgoing_server_requires_authentication log_in_using",
    "log_in_using": "my_outgoing_server_requires_authentication",
    "oauth2_client_id": "sign_in_method=oauth2_microsoft|oauth2_google",
    "oauth2_client_secret": "sign_in_method=oauth2_microsoft|oauth2_google",
    "oauth2_tenant": "sign_in_method=oauth2_microsoft",
    "confirm_receipt": PROCESSING,
    "confirmation_template": f"{PROCESSING} confirm_receipt",
    "create_new_case": PROCESSING,
    "new_case_class": f"{PROCESSING} create_new_case",
    "attach_to_business_account_or_contact_or_lead": PROCESSING,
    "create_new_lead": PROCESSING,
    "reply_to_unassigned_emails": PROCESSING,
    "reply_template": f"{PROCESSING} reply_to_unassigned_emails",
    "delete_messages_after_processing": PROCESSING,
    "delete_which_messages": f"{PROCESSING} delete_messages_after_processing",
    "add_brief_information_about_references": PROCESSING,
    "email_assignment_map": PROCESSING,
    "default_work_group": PROCESSING,
    "default_owner": PROCESSING,
    "move_to_folder": "after_receiving=move",
}


def try_servers(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Test: the real steps against the real servers; each step is shown with its time."""
    account = EmailAccount.objects.get(pk=ids[0])
    steps = [*receiving_probe.steps(account), *sending_probe.steps(account)]
    passed = all(step.passed for step in steps)
    EmailAccount.objects.filter(pk=account.pk).update(last_test_at=clock.now(), last_test_passed=passed)
    key = f"test.{account.pk}"
    request.session[key] = [
        [step.protocol, str(step.name), step.passed, round(step.seconds, 2), step.server_words, step.advice]
        for step in steps
    ]
    failed = next((step for step in steps if not step.passed), None)
    words = _("The test passed") if passed else f"{failed.name}: {failed.advice}" if failed else ""
    return Outcome(words, redirect=f"/sm204002/{account.email_account_id}/", level="ok" if passed else "bad")


def _exchange(action: Exchange) -> Any:
    def run(request: HttpRequest, ids: list[Any]) -> Outcome:
        return Outcome(job=jobs.start_exchange(action, ids, WINDOW.id, requests.user_of(request), clock.now()))

    return run


class SystemEmailAccounts(RecordWindow):
    """One account with its five tabs."""

    window = WINDOW
    form_class = AccountForm
    layout = LAYOUT
    enabled_when = ENABLED
    key_field = "email_account_id"
    ordering = "email_account_id"
    write_roles = ADMINISTRATORS
    status_template = "sm204002/_check.html"
    toolbar = (
        Action("test", gettext_lazy("Test"), run=try_servers, icon="test", roles=ADMINISTRATORS),
        Menu(
            gettext_lazy("Actions"),
            (
                Action("send", gettext_lazy("Send all"), run=_exchange(Exchange.SEND_ALL), icon="send"),
                Action("receive", gettext_lazy("Receive all"), run=_exchange(Exchange.RECEIVE_ALL), icon="inbox"),
                Action("both", gettext_lazy("Send/receive all"), run=_exchange(Exchange.SEND_RECEIVE_ALL), icon="sync"),
            ),
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[EmailAccount]:
        """All accounts; only administrators come here."""
        return EmailAccount.objects.all()

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, files: Any = None) -> forms.BaseForm:
        """The account's form."""
        initial = {} if record is not None else self.initial(request)
        return AccountForm(data, files, instance=record, initial=initial)

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        """A new account has the defaults of its fields."""
        return {}

    def save(self, request: HttpRequest, form: Any) -> EmailAccount:
        """Through the one place that knows the rules."""
        values = form.values()
        if form.instance is not None:
            values["email_account_id"] = form.instance.email_account_id
        elif EmailAccount.objects.filter(email_account_id__iexact=values["email_account_id"]).exists():
            raise ValidationError(_("There is an account with this ID already."))
        try:
            return accounts.save_account(values)
        except accounts.Invalid as invalid:
            for name, text in invalid.errors.items():
                form.add_error(name if name in form.fields else None, text)
            raise ValidationError(_("The account was not saved.")) from invalid

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """The steps of the last test and how receiving and sending went."""
        if record is None:
            return {}
        return {
            "steps": request.session.get(f"test.{record.pk}", []),
            "receiving": getattr(record, "receiving", None),
            "sending": getattr(record, "sending", None),
        }


urlpatterns = SystemEmailAccounts.urls()
