"""Pending emails (SM507000): what waits or failed, and Process."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import SEPARATOR, Action, Outcome, Toolbar
from mailroom.faces.windows.kit.grid import Empty, GridWindow
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.mail import choices, commands, tables  # noqa: F401 choices registers the lookups used here
from mailroom.faces.windows.sm205020_automation_schedules import prefill
from mailroom.faces.windows.sm507000_pending_emails.window import WINDOW
from mailroom.flows.incoming import jobs
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.organisation.models import Employee
from mailroom.records.preferences import current

MOST_COUNTED = 1000
WIDTHS = {
    "account": 14,
    "from": 20,
    "to": 22,
    "start": 14,
    "owner": 16,
    "status": 20,
}


class Criteria(forms.Form):
    """The top part."""

    account = LookupField("accounts", label=gettext_lazy("Account"), queryset=EmailAccount.objects.all())
    assigned_to = LookupField("employees", label=gettext_lazy("Assigned to"), queryset=Employee.objects.all())
    me = forms.BooleanField(label=gettext_lazy("Me"), required=False)
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        required=False,
        choices=[
            ("all", gettext_lazy("All")),
            (Direction.INCOMING, gettext_lazy("Incoming")),
            (Direction.OUTGOING, gettext_lazy("Outgoing")),
        ],
    )
    include_failed = forms.BooleanField(label=gettext_lazy("Include failed"), required=False)


def process(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Send or process the chosen emails now, as a job with a result for each."""
    if not ids:
        return Outcome(_("Nothing is pending in this view."), level="bad")
    return Outcome(job=jobs.start_processing(ids, WINDOW.id, requests.user_of(request), clock.now()))


class PendingEmails(GridWindow):
    """The queue in both directions."""

    window = WINDOW
    columns = tuple(
        replace(column, width=WIDTHS.get(column.key, column.width))
        for column in tables.names(
            account=gettext_lazy("Email account ID"),
            subject=gettext_lazy("Subject"),
            from_=gettext_lazy("From"),
            to=gettext_lazy("To"),
            start=gettext_lazy("Start date"),
            owner=gettext_lazy("Owner"),
            status=gettext_lazy("Mail status"),
        )
    )
    default_sort = "-date"
    row_name = "emails"
    criteria_form = Criteria
    searchable = False
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
        commands.DELETE,
    )

    def commands(self, request: HttpRequest) -> Toolbar:
        """With the schedules of this window."""
        return (*self.toolbar, SEPARATOR, prefill.menu(WINDOW.id))

    def criteria_initial(self, request: HttpRequest) -> dict[str, Any]:
        """The default account at first; blank is all of them."""
        account = current.read().default_email_account
        return {"account": str(account.pk) if account else "", "type": "all"}

    def records(self, request: HttpRequest) -> QuerySet[Email]:
        """What this person may see."""
        return tables.visible(request).select_related(*tables.RELATED)

    def listed(self, request: HttpRequest) -> QuerySet[Email]:
        """What waits, is being processed, or failed."""
        return tables.for_cells(self.records(request)).filter(
            status__in=(Status.PENDING, Status.IN_PROCESS, Status.FAILED)
        )

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any], request: HttpRequest) -> QuerySet[Any]:
        """By the criteria; failed emails only when asked for."""
        if not values.get("include_failed"):
            rows = rows.exclude(status=Status.FAILED)
        if values.get("account"):
            rows = rows.filter(account=values["account"])
        if values.get("me"):
            rows = rows.filter(Q(owner=tables.employee(request)) | Q(created_by=requests.user_of(request)))
        elif values.get("assigned_to"):
            rows = rows.filter(owner=values["assigned_to"])
        if values.get("type") in {Direction.INCOMING, Direction.OUTGOING}:
            rows = rows.filter(direction=values["type"])
        return rows

    def row_size(self, row: Email) -> int:
        """The bytes of the message."""
        return row.size

    def row_url(self, row: Email, request: HttpRequest) -> str:
        """The email in its own window."""
        return commands.open_address(row)

    def row_label(self, row: Email) -> str:
        """The subject."""
        return tables.subject(row)

    def row_detail(self, row: Email) -> str:
        """Why it failed or was put off."""
        return tables.trouble(row)

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty queue says; where the criteria hide what waits, that it does, and the way to it."""
        waiting = self.listed(request).exclude(status=Status.FAILED)[:MOST_COUNTED].count()
        if waiting:
            words = ngettext(
                "%(n)d email waits that the criteria above leave out.",
                "%(n)d emails wait that the criteria above leave out.",
                waiting,
            )
            all_of_them = f"{WINDOW.url()}?account=&assigned_to=&type=all"
            return Empty(_("Nothing is pending here"), words % {"n": waiting}, "filter", all_of_them, _("Show all"))
        return Empty(_("Nothing is pending"), _("Emails wait here until they are sent or processed."), "ok")


urlpatterns = PendingEmails.urls()
