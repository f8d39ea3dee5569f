"""Send and receive email (SM507010): Receive all, Send all, Send/receive all over chosen accounts."""

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import cells, requests
from mailroom.faces.windows.kit.actions import SEPARATOR, Action, Outcome, Toolbar
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, GridWindow
from mailroom.faces.windows.kit.registry import WINDOWS
from mailroom.faces.windows.mail import results
from mailroom.faces.windows.sm205020_automation_schedules import prefill
from mailroom.faces.windows.sm507010_send_and_receive_email.window import WINDOW
from mailroom.flows.incoming import jobs
from mailroom.flows.incoming.exchange import Exchange
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Direction, Email, Status


class Criteria(forms.Form):
    """The top part: what Process does."""

    action = forms.ChoiceField(
        label=gettext_lazy("Action"),
        required=False,
        choices=[
            (str(Exchange.RECEIVE_ALL), gettext_lazy("Receive all")),
            (str(Exchange.SEND_ALL), gettext_lazy("Send all")),
            (str(Exchange.SEND_RECEIVE_ALL), gettext_lazy("Send/receive all")),
        ],
    )


def process(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Run the chosen action over the accounts, as a job with a result for each."""
    wanted = request.POST.get("action") or request.GET.get("action") or ""
    action = Exchange(wanted) if wanted in set(Exchange) else Exchange.RECEIVE_ALL
    if not ids:
        return Outcome(_("There is no active account."), level="bad")
    return Outcome(job=jobs.start_exchange(action, ids, WINDOW.id, requests.user_of(request), clock.now()))


def account_link(row: Any) -> SafeString:
    """The account's ID; it opens the account in a new browser window, for those who may go there."""
    if not row.may_open:
        return format_html("{}", row.email_account_id)
    template = '<a href="/sm204002/{0}/" target="_blank" rel="noopener">{0}</a>'
    return format_html(template, row.email_account_id)


def result_cell(row: Any) -> SafeString:
    """What the last job came to here."""
    if row.result is None:
        return cells.muted("–")
    return cells.status(row.result.words, row.result.tone)


class SendAndReceive(GridWindow):
    """The accounts with their queues."""

    window = WINDOW
    columns = (
        Column(
            "email_account_id",
            gettext_lazy("Email account ID"),
            sort="email_account_id",
            cell=account_link,
            width=20,
            place="from",
        ),
        Column(
            "email_address",
            gettext_lazy("Email address"),
            cell=lambda row: row.email_address,
            width=28,
            place="subject",
        ),
        Column("inbox", gettext_lazy("Inbox"), cell=lambda row: str(row.inbox), width=10, number=True),
        Column(
            "received",
            gettext_lazy("Last receive date"),
            cell=lambda row: _last(row, "receiving"),
            width=18,
            place="date",
        ),
        Column("sent", gettext_lazy("Last send date"), cell=lambda row: _last(row, "sending"), width=18),
        Column("outbox", gettext_lazy("Outbox"), cell=lambda row: str(row.outbox), width=10, number=True),
        Column(
            "result",
            gettext_lazy("Result"),
            cell=result_cell,
            width=26,
            place="status",
            notable=lambda row: row.result is not None,
        ),
    )
    default_sort = "email_account_id"
    row_name = "accounts"
    criteria_form = Criteria
    searchable = False
    head_template = "kit/_live_rows.html"
    toolbar = (
        Action("process", gettext_lazy("Process"), run=process, icon="play", keys="p", style="primary"),
        Action(
            "process-all",
            gettext_lazy("Process all"),
            run=process,
            icon="play-all",
            keys="P",
            everything=True,
            rows=False,
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[EmailAccount]:
        """Active accounts that are shared, or this person's own."""
        own = Q(personal_owner=None) | Q(personal_owner=requests.user_of(request))
        return EmailAccount.objects.filter(own, active=True)

    def commands(self, request: HttpRequest) -> Toolbar:
        """With the schedules of this window."""
        return (*self.toolbar, SEPARATOR, prefill.menu(WINDOW.id))

    def listed(self, request: HttpRequest) -> QuerySet[EmailAccount]:
        """With how receiving and sending went."""
        return self.records(request).select_related("receiving", "sending")

    def decorate(self, rows: list[Any], request: HttpRequest) -> None:
        """What waits in each direction, and what the person's last job came to on each account."""
        pending = Email.objects.filter(status__in=(Status.PENDING, Status.IN_PROCESS), account__in=rows)
        counted = pending.order_by().values_list("account_id", "direction").annotate(n=Count("pk"))
        queues = {(account_id, direction): n for account_id, direction, n in counted}
        job = results.latest(requests.user_of(request), WINDOW.id, clock.now())
        may_open = WINDOWS.windows["SM204002"].open_to(requests.user_of(request))
        for row in rows:
            row.inbox = queues.get((row.pk, Direction.INCOMING), 0)
            row.outbox = queues.get((row.pk, Direction.OUTGOING), 0)
            row.result = results.of(job, row.pk, row.email_account_id)
            row.may_open = may_open

    def row_label(self, row: EmailAccount) -> str:
        """The account's ID."""
        return row.email_account_id

    def row_detail(self, row: Any) -> str:
        """What went wrong last."""
        if row.result is not None and row.result.why:
            return str(row.result.why)
        rows = (getattr(row, name, None) for name in ("receiving", "sending"))
        return next((found.last_error for found in rows if found is not None and found.last_error), "")

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What it says without accounts."""
        return Empty(
            _("No accounts yet"), _("Add one to send and receive."), "at", "/sm204002/new/", _("Add an account")
        )


def _last(row: EmailAccount, name: str) -> Any:
    found = getattr(row, name, None)
    return (
        cells.moment(getattr(found, "last_receive_at" if name == "receiving" else "last_send_at", None))
        if found
        else ""
    )


urlpatterns = SendAndReceive.urls()
