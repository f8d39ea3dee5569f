"""Campaigns (CR202000): undertakings of marketing, each with members and the emails that were sent and came for it."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.cr202000_campaigns.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.registry import MARKETERS
from mailroom.faces.windows.relations import grid, members
from mailroom.faces.windows.relations.members import MembersForm
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.crm.models import Campaign
from mailroom.records.organisation.models import Employee

OVER = (Campaign.Status.COMPLETED, Campaign.Status.CANCELED)


class Campaigns(grid.EntityList):
    """The list."""

    window = WINDOW
    entity = "campaign"
    related = ("owner",)
    columns = (
        Column("campaign_id", gettext_lazy("Campaign ID"), sort="campaign_id", width=18, link=True, place="from"),
        Column("name", gettext_lazy("Campaign name"), place="subject"),
        Column(
            "status",
            gettext_lazy("Status"),
            cell=lambda row: row.get_status_display(),
            width=16,
            place="status",
            notable=lambda row: True,
        ),
        Column("start_on", gettext_lazy("Start date"), cell=grid.day("start_on"), width=14),
        Column("end_on", gettext_lazy("End date"), cell=grid.day("end_on"), width=14),
        Column("owner", gettext_lazy("Owner"), cell=cells.of("owner", cells.person), width=18),
    )
    default_sort = "campaign_id"
    row_name = "campaigns"
    tabs = (
        FilterTab("open", gettext_lazy("Planned and in progress"), lambda rows, request: rows.exclude(status__in=OVER)),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (grid.add("CR202000", MARKETERS), grid.delete_of("campaign", MARKETERS))

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(_("No campaigns here"), _("A campaign gathers people, and the mail that goes to them."), "star")


class CampaignForm(RecordForm, MembersForm):
    """A campaign."""

    owner = LookupField("employees", label=gettext_lazy("Owner"), queryset=Employee.objects.all())

    class Meta:
        model = Campaign
        fields = ("campaign_id", "name", "status", "start_on", "end_on", "owner", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["campaign_id"].help_text = ""
        for name in ("start_on", "end_on"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean(self) -> dict[str, Any]:
        """It ends after it starts."""
        found: dict[str, Any] = super().clean() or {}
        start, end = found.get("start_on"), found.get("end_on")
        if start and end and end < start:
            self.add_error("end_on", _("The end is before the start."))
        return found


class CampaignWindow(EntityWindow):
    """One campaign; marketing and administrators change it."""

    window = WINDOW
    entity = "campaign"
    form_class = CampaignForm
    key_field = "campaign_id"
    ordering = "campaign_id"
    write_roles = MARKETERS
    close_to = "/cr202000/"
    layout = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Campaign"), "campaign_id", "name", "status", "description"),
                Section(gettext_lazy("Time"), "start_on", "end_on", "owner"),
            ),
            Tab("members", gettext_lazy("Members"), template="relations/_members.html"),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, uploads: Any = None) -> Any:
        """With the records that this person may choose."""
        made = super().form(request, record, data, uploads)
        made.see_as(request)
        return made

    def save(self, request: HttpRequest, form: Any) -> Any:
        """With its members, together or not at all."""
        with transaction.atomic():
            record = super().save(request, form)
            members.keep(request, record, form)
        return record

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """With its members."""
        return super().context(request, record, form) | members.context(record)


grid.find_by_palette("campaign")
urlpatterns = [*Campaigns.urls(), *CampaignWindow.urls()]
