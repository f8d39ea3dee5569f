"""Cases (CR306000): the list, and one case with its Activities."""

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.cr306000_cases.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.actions import Action, Menu, Outcome, Toolbar, Undo
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.relations import choices, grid  # noqa: F401 choices registers the lookups used here
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.crm import cases
from mailroom.records.crm.models import BusinessAccount, Case, CaseClass, CaseStatus, Contact, Lead
from mailroom.records.organisation.models import Employee, Workgroup

TONES = {CaseStatus.NEW: "warn", CaseStatus.OPEN: "run", CaseStatus.CLOSED: "ok"}
BESIDE = 5


def take(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Take case: the person becomes the owner of open cases."""
    employee = grid.employee_of(request)
    if employee is None:
        return Outcome(_("Only an employee can own a case. Ask an administrator for an employee record."), level="bad")
    count = cases.take(ids, employee)
    if not count:
        return Outcome(_("A closed case has to be opened first."), level="bad")
    return Outcome(ngettext("%(n)d case is yours", "%(n)d cases are yours", count) % {"n": count})


def close(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Close as resolved."""
    closed = cases.close(ids, clock.now())
    if not closed:
        return Outcome(_("Closed already"), level="bad")
    words = ngettext("%(n)d case closed", "%(n)d cases closed", len(closed)) % {"n": len(closed)}
    return Outcome(words, undo=Undo("reopen", tuple(closed)))


def reopen(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Open again."""
    opened = cases.reopen(ids)
    if not opened:
        return Outcome(_("It is not closed."), level="bad")
    return Outcome(ngettext("%(n)d case opened again", "%(n)d cases opened again", len(opened)) % {"n": len(opened)})


TAKE = Action("take", gettext_lazy("Take case"), run=take, icon="user", keys="t")
CLOSE = Action("close", gettext_lazy("Close"), run=close, icon="ok", keys="e")
REOPEN = Action("reopen", gettext_lazy("Open again"), run=reopen, icon="undo", keys="E")


def status_cell(case: Case) -> SafeString:
    """Icon and word of the status."""
    return cells.status(case.get_status_display(), TONES.get(CaseStatus(case.status), ""))


class Cases(grid.EntityList):
    """The list."""

    window = WINDOW
    entity = "case"
    related = ("business_account", "contact", "owner", "workgroup")
    columns = (
        Column("case_id", gettext_lazy("Case ID"), sort="case_id", width=16, place="from", link=True),
        Column("subject", gettext_lazy("Subject"), place="subject"),
        Column("status", gettext_lazy("Status"), cell=status_cell, width=20, notable=lambda row: True),
        Column("reason", gettext_lazy("Reason"), cell=lambda row: row.get_reason_display(), width=18, hidden=True),
        Column("business_account", gettext_lazy("Business account"), width=22, place="entity"),
        Column("contact", gettext_lazy("Contact"), width=20, hidden=True),
        Column("priority", gettext_lazy("Priority"), cell=lambda row: row.get_priority_display(), width=11),
        Column("owner", gettext_lazy("Owner"), cell=cells.of("owner", cells.person), width=19),
        Column("workgroup", gettext_lazy("Work group"), width=16, hidden=True),
        Column(
            "created_at", gettext_lazy("Opened"), cell=cells.of("created_at", cells.moment), sort="created_at",
            width=18, place="date", first_down=True,
        ),
    )  # fmt: skip
    default_sort = "-created_at"
    row_name = "cases"
    tabs: ClassVar[Any] = (
        FilterTab("open", gettext_lazy("Open cases"), lambda rows, request: rows.exclude(status=CaseStatus.CLOSED)),
        FilterTab(
            "mine",
            gettext_lazy("My cases"),
            lambda rows, request: grid.mine(rows, request).exclude(status=CaseStatus.CLOSED),
        ),
        FilterTab(
            "unassigned",
            gettext_lazy("Unassigned"),
            lambda rows, request: rows.filter(owner=None).exclude(status=CaseStatus.CLOSED),
        ),
        FilterTab("closed", gettext_lazy("Closed"), lambda rows, request: rows.filter(status=CaseStatus.CLOSED)),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (
        grid.add("CR306000"),
        grid.delete_of("case"),
        Menu(gettext_lazy("Actions"), (TAKE, CLOSE, REOPEN)),
    )

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(
            _("No cases here"), _("Create one from an email, or add it."), "case", "/cr306000/new/", _("Add a case")
        )


class CaseForm(RecordForm):
    """A case."""

    case_class = LookupField("case-classes", label=gettext_lazy("Case class"), queryset=CaseClass.objects.all())
    business_account = LookupField(
        "business-accounts", label=gettext_lazy("Business account"), queryset=BusinessAccount.objects.all()
    )
    contact = LookupField("contacts", label=gettext_lazy("Contact"), queryset=Contact.objects.all())
    lead = LookupField("leads", label=gettext_lazy("Lead"), queryset=Lead.objects.all())
    follows = LookupField("cases", label=gettext_lazy("Follows case"), queryset=Case.objects.all())
    owner = LookupField("employees", label=gettext_lazy("Owner"), queryset=Employee.objects.all())
    workgroup = LookupField("workgroups", label=gettext_lazy("Work group"), queryset=Workgroup.objects.all())

    class Meta:
        model = Case
        fields = (
            "subject", "description", "status", "reason", "severity", "priority",
            "case_class", "business_account", "contact", "lead", "owner", "workgroup", "follows",
        )  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 6})}


class CaseWindow(EntityWindow):
    """One case."""

    window = WINDOW
    entity = "case"
    form_class = CaseForm
    key_field = "case_id"
    ordering = "case_id"
    close_to = "/cr306000/"
    layout = Layout(
        head="cr306000/_head.html",
        aside="cr306000/_aside.html",
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Case"), "subject", "description", "status", "reason", "severity", "priority"),
                Section(
                    gettext_lazy("Relations"),
                    "business_account",
                    "contact",
                    "lead",
                    "case_class",
                    "workgroup",
                    "owner",
                    "follows",
                ),
            ),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )
    toolbar: ClassVar[Toolbar] = (Menu(gettext_lazy("Actions"), (TAKE, CLOSE, REOPEN)),)

    def records(self, request: HttpRequest) -> QuerySet[Case]:
        """All cases, with what the page shows."""
        return super().records(request).select_related("contact", "owner", "workgroup", "case_class")

    def values_from(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """Subject, text, and who the sender is."""
        if origin.first is None:
            return {}
        known = origin.known()
        return {
            "subject": origin.subject[:255],
            "description": origin.text,
            "contact": known.contact,
            "business_account": known.business_account,
            "owner": origin.first.owner,
            "workgroup": origin.first.workgroup,
        }

    def address_of(self, record: Any) -> str:
        """The contact's, else the account's."""
        return next((one.email for one in (record.contact, record.business_account) if one and one.email), "")

    def subject_for(self, record: Any) -> str:
        """The case's subject."""
        return str(record.subject)

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """What the aside tells of the customer; a saved case opens on its Activities."""
        found = super().context(request, record, form)
        account = record.business_account if record is not None else None
        if record is not None and account is not None:
            found["documents"] = account.documents.order_by("-id")[:BESIDE]
            found["others"] = Case.objects.filter(business_account=account).exclude(pk=record.pk)[:BESIDE]
        return found | {"open_tab": "activities" if record is not None and not form.errors else ""}

    def layout_of(self, record: Any | None) -> Layout:
        """A new case has no customer to tell of yet."""
        return self.layout if record is not None else replace(self.layout, aside="")

    def title(self, request: HttpRequest, record: Any) -> str:
        """Its number."""
        return record.case_id if record is not None else ""


grid.find_by_palette("case")
urlpatterns = [*Cases.urls(), *CaseWindow.urls()]
