"""Leads (CR301000): people who may become customers, each with Activities."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.cr301000_leads.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.actions import Menu
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.relations import choices, grid, marketing  # noqa: F401 choices registers the lookups used here
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.crm.models import Lead
from mailroom.records.organisation.models import Employee

DONE = (Lead.Status.CONVERTED, Lead.Status.LOST)


class Leads(grid.EntityList):
    """The list."""

    window = WINDOW
    entity = "lead"
    related = ("owner",)
    columns = (
        Column("name", gettext_lazy("Name"), sort="name", link=True, place="subject"),
        Column("company", gettext_lazy("Company"), width=22, place="entity"),
        Column("email", gettext_lazy("Email"), sort="email", width=32, place="below"),
        Column("status", gettext_lazy("Status"), cell=lambda row: row.get_status_display(), width=14),
        Column("owner", gettext_lazy("Owner"), cell=cells.of("owner", cells.person), width=18),
        Column(
            "created_at", gettext_lazy("Created"), cell=cells.of("created_at", cells.moment), width=18, place="date"
        ),
    )
    default_sort = "name"
    row_name = "leads"
    tabs = (
        FilterTab("open", gettext_lazy("Open"), lambda rows, request: rows.exclude(status__in=DONE)),
        FilterTab("mine", gettext_lazy("My leads"), grid.mine),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (
        grid.add("CR301000"),
        grid.delete_of("lead"),
        Menu(gettext_lazy("Actions"), marketing.adding_to("lead")),
    )

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(
            _("No leads here"),
            _("Create one from an email, or add it."),
            "user-plus",
            "/cr301000/new/",
            _("Add a lead"),
        )


class LeadForm(RecordForm):
    """A lead."""

    owner = LookupField("employees", label=gettext_lazy("Owner"), queryset=Employee.objects.all())

    class Meta:
        model = Lead
        fields = ("name", "company", "email", "phone", "status", "owner", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 6})}


class LeadWindow(EntityWindow):
    """One lead."""

    window = WINDOW
    entity = "lead"
    form_class = LeadForm
    ordering = "name"
    close_to = "/cr301000/"
    toolbar = (marketing.menu_of("lead"),)
    layout = Layout(
        head="relations/_address.html",
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Lead"), "name", "company", "email", "phone"),
                Section(gettext_lazy("Progress"), "status", "owner", "description"),
            ),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )

    def values_from(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """Name and address of the other party, and what it wrote."""
        if origin.first is None:
            return {}
        employee = grid.employee_of(request)
        owner = origin.first.owner or employee
        return {"name": origin.name[:150], "email": origin.address, "description": origin.text, "owner": owner}


grid.find_by_palette("lead")
urlpatterns = [*Leads.urls(), *LeadWindow.urls()]
