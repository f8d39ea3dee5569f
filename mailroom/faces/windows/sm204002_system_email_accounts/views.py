"""System email accounts (SM204002)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import SEPARATOR, Action, Menu, Outcome, Toolbar
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.sm204002_system_email_accounts import consent, gaps, signature
from mailroom.faces.windows.sm204002_system_email_accounts.forms import AccountForm
from mailroom.faces.windows.sm204002_system_email_accounts.layout import ENABLED, LAYOUT
from mailroom.faces.windows.sm204002_system_email_accounts.window import WINDOW
from mailroom.flows.incoming import account_test, accounts, jobs
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.receiving import reconcile
from mailroom.flows.receiving import state as receiving_state
from mailroom.flows.sending import sent_folder
from mailroom.records.email_accounts.models import EmailAccount


def try_servers(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Test: a job that tries the real steps; the window shows each as it finishes."""
    account_test.start(EmailAccount.objects.get(pk=ids[0]), requests.user_of(request), clock.now())
    return Outcome()


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
        Action("test", gettext_lazy("Test"), run=try_servers, icon="test", keys="t", roles=ADMINISTRATORS),
        consent.GIVE_CONSENT,
        Menu(
            gettext_lazy("Actions"),
            (
                Action("send", gettext_lazy("Send all"), run=_exchange(Exchange.SEND_ALL), icon="send", keys="S"),
                Action(
                    "receive", gettext_lazy("Receive all"), run=_exchange(Exchange.RECEIVE_ALL), icon="inbox", keys="R"
                ),
                Action(
                    "both",
                    gettext_lazy("Send/receive all"),
                    run=_exchange(Exchange.SEND_RECEIVE_ALL),
                    icon="sync",
                    keys="B",
                ),
                SEPARATOR,
                gaps.COMPARE,
                signature.MAKE_KEY,
            ),
        ),
        gaps.FETCH,
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
        """The steps of the last test, how receiving and sending went, and what signs the mail."""
        if record is None:
            return {}
        return {
            "test": account_test.latest(record, requests.user_of(request)),
            "receiving": getattr(record, "receiving", None),
            "run": receiving_state.export(record),
            "comparison": reconcile.latest(record),
            "consent": consent.standing(record),
            "dkim": signature.standing(record),
            "sending": getattr(record, "sending", None),
            "copies": sent_folder.troubles(record.pk),
        }


class TestSteps(WindowView):
    """The steps of the newest test as far as they are; asks again while it runs."""

    window = WINDOW

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The fragment, with the mark beside Actions."""
        account = EmailAccount.objects.filter(email_account_id=key).first()
        if account is None:
            raise Http404
        test = account_test.latest(account, requests.user_of(request))
        return self.render(request, "sm204002/_test_answer.html", record=account, test=test)


urlpatterns = [
    path("do/steps/<str:key>/", TestSteps.as_view(), name="test"),
    *gaps.urlpatterns,
    *SystemEmailAccounts.urls(),
    *consent.urlpatterns,
]
