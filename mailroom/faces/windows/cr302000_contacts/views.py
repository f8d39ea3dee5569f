"""Contacts (CR302000): the people at customers and suppliers, each with Activities."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.cr302000_contacts.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.actions import Menu
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.relations import choices, grid, marketing  # noqa: F401 choices registers the lookups used here
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.crm.models import BusinessAccount, Contact
from mailroom.records.organisation.models import Employee


class Contacts(grid.EntityList):
    """The list."""

    window = WINDOW
    entity = "contact"
    related = ("business_account", "owner")
    columns = (
        Column("name", gettext_lazy("Name"), sort="name", link=True, place="subject"),
        Column("position", gettext_lazy("Position"), width=18),
        Column("email", gettext_lazy("Email"), sort="email", width=36, place="below"),
        Column("phone", gettext_lazy("Phone"), width=16),
        Column("business_account", gettext_lazy("Business account"), width=24, place="entity"),
        Column("owner", gettext_lazy("Owner"), cell=cells.of("owner", cells.person), width=18),
    )
    default_sort = "name"
    row_name = "contacts"
    tabs = (
        FilterTab("active", gettext_lazy("Active"), lambda rows, request: rows.filter(active=True)),
        FilterTab("mine", gettext_lazy("My contacts"), grid.mine),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (
        grid.add("CR302000"),
        grid.delete_of("contact"),
        Menu(gettext_lazy("Actions"), marketing.adding_to("contact")),
    )

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(
            _("No contacts here"),
            _("Create one from an email, or add it."),
            "user",
            "/cr302000/new/",
            _("Add a contact"),
        )


class ContactForm(RecordForm):
    """A contact."""

    business_account = LookupField(
        "business-accounts", label=gettext_lazy("Business account"), queryset=BusinessAccount.objects.all()
    )
    owner = LookupField("employees", label=gettext_lazy("Owner"), queryset=Employee.objects.all())

    class Meta:
        model = Contact
        fields = ("name", "position", "business_account", "email", "phone", "owner", "active", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}


class ContactWindow(EntityWindow):
    """One contact."""

    window = WINDOW
    entity = "contact"
    form_class = ContactForm
    ordering = "name"
    close_to = "/cr302000/"
    toolbar = (marketing.menu_of("contact"),)
    layout = Layout(
        head="relations/_address.html",
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Contact"), "name", "position", "email", "phone", "description"),
                Section(gettext_lazy("Relations"), "business_account", "owner", "active"),
            ),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )

    def values_from(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """Name and address of the other party; the account that it is known at."""
        if origin.first is None:
            return {}
        known = origin.known()
        return {
            "name": origin.name[:150],
            "email": origin.address,
            "business_account": known.business_account,
            "owner": origin.first.owner,
        }


grid.find_by_palette("contact")
urlpatterns = [*Contacts.urls(), *ContactWindow.urls()]
