"""Marketing lists (CR204000): people who get mass mail, named one by one or selected by conditions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.cr204000_marketing_lists.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.line_form import LineForm
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.registry import MARKETERS
from mailroom.faces.windows.relations import grid, members
from mailroom.faces.windows.relations.members import MembersForm
from mailroom.faces.windows.relations.record import ListedRecord
from mailroom.records.crm import marketing
from mailroom.records.crm.models import MarketingList
from mailroom.records.filters.lines import Wrong
from mailroom.records.filters.properties import Property
from mailroom.records.organisation.models import Employee


def delete(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Delete for good; its members stay contacts and leads."""
    for row in MarketingList.objects.filter(pk__in=ids):
        row.delete()
    return Outcome(ngettext("%(n)d list deleted", "%(n)d lists deleted", len(ids)) % {"n": len(ids)})


def ask(count: int) -> Confirm:
    """The question before it."""
    button = ngettext("Delete %(n)d list", "Delete %(n)d lists", count) % {"n": count}
    return Confirm(f"{button}?", _("Contacts and leads stay; who unsubscribed from it is forgotten."), button)


class MarketingLists(GridWindow):
    """The list of lists."""

    window = WINDOW
    columns = (
        Column("list_id", gettext_lazy("Marketing list ID"), sort="list_id", width=22, link=True, place="from"),
        Column("name", gettext_lazy("List name"), place="subject"),
        Column(
            "kind",
            gettext_lazy("List type"),
            cell=lambda row: row.get_kind_display(),
            width=14,
            place="status",
            notable=lambda row: True,
        ),
        Column("active", gettext_lazy("Active"), cell=lambda row: _("Yes") if row.active else _("No"), width=10),
        Column("owner", gettext_lazy("Owner"), cell=cells.of("owner", cells.person), width=18),
    )
    default_sort = "list_id"
    row_name = "marketing lists"
    tabs = (
        FilterTab("active", gettext_lazy("Active"), lambda rows, request: rows.filter(active=True)),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (
        grid.add("CR204000", MARKETERS),
        Action(
            "delete", gettext_lazy("Delete"), run=delete, icon="trash", keys="Delete", style="icon", confirm=ask,
            roles=MARKETERS,
        ),
    )  # fmt: skip

    def records(self, request: HttpRequest) -> QuerySet[MarketingList]:
        """All of them."""
        return MarketingList.objects.select_related("owner")

    def search(self, rows: QuerySet[MarketingList], text: str) -> QuerySet[MarketingList]:
        """By id and name."""
        return rows.filter(Q(list_id__icontains=text) | Q(name__icontains=text))

    def row_url(self, row: MarketingList, request: HttpRequest) -> str:
        """Its own address."""
        return f"/cr204000/{row.list_id}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """Before there is any."""
        return Empty(_("No marketing lists here"), _("A list says who gets a mass email."), "list")


class ListForm(LineForm, MembersForm):
    """A list; which of its two ways it knows its people is chosen when it is made."""

    owner = LookupField("employees", label=gettext_lazy("Owner"), queryset=Employee.objects.all())

    class Meta:
        model = MarketingList
        fields = ("list_id", "name", "kind", "source", "active", "owner", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["kind"].disabled = self.fields["source"].disabled = True

    def properties_of(self) -> Sequence[Property]:
        """What its people can be selected by."""
        return marketing.properties_of(self.instance.source)


class MarketingListWindow(ListedRecord):
    """One list; marketing and administrators change it."""

    window = WINDOW
    form_class = ListForm
    key_field = "list_id"
    ordering = "list_id"
    write_roles = MARKETERS
    close_to = "/cr204000/"
    enabled_when = {"source": "kind=dynamic"}

    def records(self, request: HttpRequest) -> QuerySet[MarketingList]:
        """All of them."""
        return MarketingList.objects.all()

    def layout_of(self, record: Any | None) -> Layout:
        """A saved dynamic list has conditions."""
        dynamic = record is not None and record.kind == MarketingList.Kind.DYNAMIC
        return Layout(
            tabs=(
                Tab(
                    "details",
                    gettext_lazy("Details"),
                    Section(gettext_lazy("Marketing list"), "list_id", "name", "kind", "source"),
                    Section(gettext_lazy("Keeping"), "active", "owner", "description"),
                ),
                *((Tab("conditions", gettext_lazy("Conditions"), template="cr204000/_conditions.html"),) * dynamic),
                Tab("members", gettext_lazy("Members"), template="relations/_members.html"),
            )
        )

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, files: Any = None) -> Any:
        """With the records that this person may choose."""
        made = super().form(request, record, data, files)
        made.see_as(request)
        return made

    def save(self, request: HttpRequest, form: Any) -> MarketingList:
        """Keep it with its members; a condition that makes no sense is told at its line."""
        row: MarketingList = form.instance
        try:
            given = [line for _number, line in form.conditions()] if row.kind == MarketingList.Kind.DYNAMIC else []
            row.conditions = marketing.checked(given, row.source, clock.now())
        except Wrong as wrong:
            form.tell(wrong)
            raise forms.ValidationError(_("A condition makes no sense.")) from wrong
        with transaction.atomic():
            row.save()
            if row.kind == MarketingList.Kind.STATIC:
                members.keep(request, row, form)
        return row

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """With its people."""
        dynamic = record is not None and record.kind == MarketingList.Kind.DYNAMIC
        return super().context(request, record, form) | members.context(record) | {"dynamic": dynamic}


urlpatterns = [*MarketingLists.urls(), *MarketingListWindow.urls()]
