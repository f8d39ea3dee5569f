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
from mailroom.faces.windows.kit.actions import Action, Menu, Outcome, Toolbar
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.sm204002_system_email_accounts import consent
from mailroom.faces.windows.sm204002_system_email_accounts.forms import AccountForm
from mailroom.faces.windows.sm204002_system_email_accounts.layout import ENABLED, LAYOUT
from mailroom.faces.windows.sm204002_system_email_accounts.window import WINDOW
from mailroom.flows.incoming import accounts, jobs
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.receiving import probe as receiving_probe
from mailroom.flows.receiving import state as receiving_state
from mailroom.flows.sending import probe as sending_probe
from mailroom.records.email_accounts.models import EmailAccount


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
        consent.GIVE_CONSENT,
        Menu(
            gettext_lazy("Actions"),
            (
                Action("send", gettext_lazy("Send all"), run=_exchange(Exchange.SEND_ALL), icon="send"),
                Action("receive", gettext_lazy("Receive all"), run=_exchange(Exchange.RECEIVE_ALL), icon="inbox"),
                Action("both", gettext_lazy("Send/receive all"), run=_exchange(Exchange.SEND_RECEIVE_ALL), icon="sync"),
            ),
        ),
    )

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """The window's own commands need a saved record."""
        return self.toolbar if record is not None else ()

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
            "run": receiving_state.export(record),
            "consent": consent.standing(record),
            "sending": getattr(record, "sending", None),
        }


urlpatterns = [*SystemEmailAccounts.urls(), *consent.urlpatterns]
