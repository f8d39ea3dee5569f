"""Expense receipt (EP301020): what an employee paid for the company, with the receipt as a file."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.ep301020_expense_receipt.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.relations import choices, grid  # noqa: F401 choices registers the lookups used here
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.crm.models import ExpenseReceipt
from mailroom.records.organisation.models import Employee

TONES = {
    ExpenseReceipt.Status.APPROVED: "ok",
    ExpenseReceipt.Status.REJECTED: "bad",
    ExpenseReceipt.Status.OPEN: "warn",
}


def status_cell(receipt: ExpenseReceipt) -> SafeString:
    """Icon and word of the status."""
    return cells.status(receipt.get_status_display(), TONES.get(ExpenseReceipt.Status(receipt.status), ""))


class Receipts(grid.EntityList):
    """The list: the person's own; supervisors, auditors and administrators see all."""

    window = WINDOW
    entity = "receipt"
    related = ("employee",)
    columns = (
        Column("receipt_id", gettext_lazy("Receipt number"), sort="receipt_id", width=20, link=True, place="from"),
        Column("description", gettext_lazy("Description"), place="subject"),
        Column(
            "amount",
            gettext_lazy("Amount"),
            cell=lambda row: f"{row.currency} {row.amount:,.2f}",
            width=18,
            number=True,
        ),
        Column("status", gettext_lazy("Status"), cell=status_cell, width=16, place="status", notable=lambda row: True),
        Column("employee", gettext_lazy("Employee"), cell=cells.of("employee", cells.person), width=24, place="owner"),
        Column(
            "date", gettext_lazy("Date"), cell=grid.day("date"), sort="date", width=16, place="date", first_down=True
        ),
    )
    default_sort = "-date"
    row_name = "receipts"
    tabs = (
        FilterTab("all", gettext_lazy("All records")),
        FilterTab("open", gettext_lazy("Open"), lambda rows, request: rows.filter(status=ExpenseReceipt.Status.OPEN)),
    )
    toolbar = (grid.add("EP301020"), grid.delete_of("receipt"))

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(
            _("No expense receipts here"),
            _("Create one from an email, or add it."),
            "receipt",
            "/ep301020/new/",
            _("Add a receipt"),
        )


class ReceiptForm(RecordForm):
    """An expense receipt."""

    employee = LookupField("employees", label=gettext_lazy("Employee"), queryset=Employee.objects.all())

    class Meta:
        model = ExpenseReceipt
        fields = ("date", "description", "amount", "currency", "status", "employee", "note")
        widgets = {
            "date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 4}),
        }


class ReceiptWindow(EntityWindow):
    """One expense receipt."""

    window = WINDOW
    entity = "receipt"
    form_class = ReceiptForm
    key_field = "receipt_id"
    ordering = "receipt_id"
    close_to = "/ep301020/"
    layout = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Receipt"), "date", "description", "amount", "currency"),
                Section(gettext_lazy("Claim"), "employee", "status", "note"),
            ),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
        ),
    )

    def values_from(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """Subject and date of the email; its files are offered below."""
        found: dict[str, Any] = {"employee": grid.employee_of(request), "currency": "NOK", "date": timezone.localdate()}
        if origin.first is not None:
            found |= {
                "description": origin.subject[:255],
                "note": origin.text,
                "date": timezone.localdate(origin.first.date),
            }
        return found

    def address_of(self, record: Any) -> str:
        """The employee's."""
        return record.employee.email if record.employee else ""


grid.find_by_palette("receipt")
urlpatterns = [*Receipts.urls(), *ReceiptWindow.urls()]
