"""Send and receive email (SM507010): Receive all, Send all, Send/receive all over chosen accounts."""

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import cells, requests
from mailroom.faces.windows.kit.actions import Action, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, GridWindow
from mailroom.faces.windows.sm507010_send_and_receive_email.window import WINDOW
from mailroom.flows.incoming import jobs
from mailroom.flows.incoming.exchange import Exchange
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Direction, Status


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


class SendAndReceive(GridWindow):
    """The accounts with their queues."""

    window = WINDOW
    columns = (
        Column("email_account_id", gettext_lazy("Email account ID"), sort="email_account_id", link=True, width=20),
        Column("email_address", gettext_lazy("Email address"), cell=lambda row: row.email_address, width=28),
        Column("inbox", gettext_lazy("Inbox"), cell=lambda row: str(row.inbox), width=10),
        Column("received", gettext_lazy("Last receive date"), cell=lambda row: _last(row, "receiving"), width=18),
        Column("sent", gettext_lazy("Last send date"), cell=lambda row: _last(row, "sending"), width=18),
        Column("outbox", gettext_lazy("Outbox"), cell=lambda row: str(row.outbox), width=10),
    )
    default_sort = "email_account_id"
    row_name = "accounts"
    criteria_form = Criteria
    searchable = False
    toolbar = (
        Action("process", gettext_lazy("Process"), run=process, icon="play", style="primary"),
        Action("process-all", gettext_lazy("Process all"), run=process, icon="play-all", everything=True, rows=False),
    )

    def records(self, request: HttpRequest) -> QuerySet[EmailAccount]:
        """Active accounts that are shared, or this person's own."""
        own = Q(personal_owner=None) | Q(personal_owner=requests.user_of(request))
        return EmailAccount.objects.filter(own, active=True)

    def listed(self, request: HttpRequest) -> QuerySet[EmailAccount]:
        """With what waits in each direction."""
        pending = Q(emails__status__in=(Status.PENDING, Status.IN_PROCESS))
        return (
            self.records(request)
            .select_related("receiving", "sending")
            .annotate(
                inbox=Count("emails", filter=pending & Q(emails__direction=Direction.INCOMING)),
                outbox=Count("emails", filter=pending & Q(emails__direction=Direction.OUTGOING)),
            )
        )

    def row_url(self, row: EmailAccount, request: HttpRequest) -> str:
        """The account in its window."""
        return f"/sm204002/{row.email_account_id}/"

    def row_detail(self, row: EmailAccount) -> str:
        """What went wrong last."""
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
