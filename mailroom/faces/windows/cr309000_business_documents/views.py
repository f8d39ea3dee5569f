"""Business documents (CR309000): invoices, orders and the like that are kept elsewhere and known here by number."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.cr309000_business_documents.window import WINDOW
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.relations import choices, grid  # noqa: F401 choices registers the lookups used here
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.crm.models import BusinessAccount, BusinessDocument, DocumentType


class BusinessDocuments(grid.EntityList):
    """The list, of every type."""

    window = WINDOW
    entity = DocumentType.SALES_INVOICE
    columns = (
        Column("number", gettext_lazy("Number"), sort="number", width=20, link=True, place="from"),
        Column(
            "type",
            gettext_lazy("Type"),
            cell=lambda row: row.get_type_display(),
            width=26,
            place="status",
            notable=lambda row: True,
        ),
        Column("description", gettext_lazy("Description"), place="subject"),
        Column("business_account", gettext_lazy("Business account"), width=28, place="entity"),
        Column("date", gettext_lazy("Date"), cell=grid.day("date"), width=16, place="date"),
    )
    default_sort = "-pk"
    row_name = "documents"
    toolbar = (grid.add("CR309000"),)

    def records(self, request: HttpRequest) -> QuerySet[BusinessDocument]:
        """All of them."""
        return BusinessDocument.objects.select_related("business_account")

    def row_url(self, row: BusinessDocument, request: HttpRequest) -> str:
        """Numbers repeat among types, so the address has the key."""
        return f"{WINDOW.url()}{row.pk}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        words = _("An installation brings its invoices, orders and shipments by the API; emails can be linked to them.")
        return Empty(_("No documents here"), words, "file", "/cr309000/new/", _("Add a document"))


class DocumentForm(RecordForm):
    """A document."""

    business_account = LookupField(
        "business-accounts", label=gettext_lazy("Business account"), queryset=BusinessAccount.objects.all()
    )

    class Meta:
        model = BusinessDocument
        fields = ("type", "number", "description", "date", "business_account", "currency")
        widgets: ClassVar[Any] = {"date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class DocumentWindow(EntityWindow):
    """One document."""

    window = WINDOW
    entity = DocumentType.SALES_INVOICE
    form_class = DocumentForm
    close_to = "/cr309000/"
    layout = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Document"), "type", "number", "description"),
                Section(gettext_lazy("Relations"), "business_account", "date", "currency"),
            ),
            Tab("lines", gettext_lazy("Lines"), template="cr309000/_lines.html"),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[BusinessDocument]:
        """All of them, whatever their type."""
        return BusinessDocument.objects.select_related("business_account")

    def address_of(self, record: Any) -> str:
        """The account's."""
        return record.business_account.email if record.business_account else ""

    def subject_for(self, record: Any) -> str:
        """The document's name."""
        return str(record)


urlpatterns = [*BusinessDocuments.urls(), *DocumentWindow.urls()]
