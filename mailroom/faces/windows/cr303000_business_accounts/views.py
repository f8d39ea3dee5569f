"""Business accounts (CR303000): customers, suppliers and prospects, each with contacts and Activities."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.cr303000_business_accounts.window import WINDOW
from mailroom.faces.windows.kit import cells, requests
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.relations import choices, grid  # noqa: F401 choices registers the lookups used here
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.crm import entities
from mailroom.records.crm.models import BusinessAccount, CaseStatus
from mailroom.records.organisation.models import Employee, Workgroup

SHOWN = 50
KIND = BusinessAccount.Kind


class BusinessAccounts(grid.EntityList):
    """The list, of every type."""

    window = WINDOW
    entity = KIND.CUSTOMER
    columns = (
        Column("account_id", gettext_lazy("Business account"), sort="account_id", width=18, link=True, place="from"),
        Column("name", gettext_lazy("Name"), sort="name", place="subject"),
        Column(
            "kind",
            gettext_lazy("Type"),
            cell=lambda row: row.get_kind_display(),
            width=14,
            place="status",
            notable=lambda row: True,
        ),
        Column("email", gettext_lazy("Email"), sort="email", width=34, place="entity"),
        Column("phone", gettext_lazy("Phone"), width=16),
        Column("owner", gettext_lazy("Owner"), cell=cells.of("owner", cells.person), width=18),
    )
    default_sort = "name"
    row_name = "accounts"
    tabs = (
        FilterTab("all", gettext_lazy("All records")),
        FilterTab("customers", gettext_lazy("Customers"), lambda rows, request: rows.filter(kind=KIND.CUSTOMER)),
        FilterTab("suppliers", gettext_lazy("Suppliers"), lambda rows, request: rows.filter(kind=KIND.SUPPLIER)),
        FilterTab("prospects", gettext_lazy("Prospects"), lambda rows, request: rows.filter(kind=KIND.PROSPECT)),
        FilterTab("mine", gettext_lazy("Mine"), grid.mine),
    )
    toolbar = (grid.add("CR303000"),)

    def records(self, request: HttpRequest) -> QuerySet[BusinessAccount]:
        """All of them."""
        return BusinessAccount.objects.select_related("owner")

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(_("No business accounts here"), "", "building", "/cr303000/new/", _("Add a business account"))


class AccountForm(RecordForm):
    """A business account."""

    owner = LookupField("employees", label=gettext_lazy("Owner"), queryset=Employee.objects.all())
    workgroup = LookupField("workgroups", label=gettext_lazy("Work group"), queryset=Workgroup.objects.all())

    class Meta:
        model = BusinessAccount
        fields = ("account_id", "name", "kind", "email", "phone", "language", "owner", "workgroup")


class AccountWindow(EntityWindow):
    """One business account."""

    window = WINDOW
    entity = KIND.CUSTOMER
    form_class = AccountForm
    key_field = "account_id"
    ordering = "account_id"
    close_to = "/cr303000/"
    layout: ClassVar[Layout] = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Business account"), "account_id", "name", "kind", "email", "phone", "language"),
                Section(gettext_lazy("Relations"), "owner", "workgroup"),
            ),
            Tab("people", gettext_lazy("Contacts"), template="cr303000/_people.html"),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[BusinessAccount]:
        """All of them, whatever their type."""
        return BusinessAccount.objects.select_related("owner", "workgroup")

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """Its contacts and open cases."""
        found = super().context(request, record, form)
        if record is not None:
            kind = entities.of_key("case")
            assert kind is not None  # noqa: S101  # one of our own types
            cases = kind.rows(requests.user_of(request)).filter(business_account=record)
            found["people"] = record.contacts.order_by("name")[:SHOWN]
            found["cases"] = cases.exclude(status=CaseStatus.CLOSED)[:SHOWN]
            found["documents"] = record.documents.order_by("-id")[:SHOWN]
        return found


for _key in KIND.values:
    grid.find_by_palette(_key)
urlpatterns = [*BusinessAccounts.urls(), *AccountWindow.urls()]
