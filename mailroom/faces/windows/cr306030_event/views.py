"""Event (CR306030): a meeting or call, often about another record; made from emails or by hand."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.cr306030_event.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.relations import activities, choices, grid  # noqa: F401 choices registers lookups
from mailroom.faces.windows.relations.activities import ActivityForm, ActivityWindow
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.records.crm.models import Event

LENGTH = timedelta(hours=1)
MOMENT = "%Y-%m-%dT%H:%M"


class Events(grid.EntityList):
    """The list."""

    window = WINDOW
    entity = "event"
    related = ("owner",)
    columns = (
        Column("subject", gettext_lazy("Subject"), link=True, place="subject"),
        Column(
            "starts_at",
            gettext_lazy("Start time"),
            cell=cells.of("starts_at", cells.moment),
            sort="starts_at",
            width=16,
            place="date",
        ),
        Column("ends_at", gettext_lazy("End time"), cell=cells.of("ends_at", cells.moment), width=16),
        Column("location", gettext_lazy("Location"), width=20, place="below"),
        Column("related", gettext_lazy("Related entity"), cell=activities.related_cell, width=26, place="entity"),
        Column("owner", gettext_lazy("Owner"), cell=cells.of("owner", cells.person), width=18),
    )
    default_sort = "starts_at"
    row_name = "events"
    tabs = (
        FilterTab("coming", gettext_lazy("Coming"), lambda rows, request: rows.filter(ends_at__gte=clock.now())),
        FilterTab("mine", gettext_lazy("My events"), grid.mine),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (grid.add("CR306030"), grid.delete_of("event"))

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(
            _("No events here"),
            _("Create one from an email, or add it."),
            "calendar",
            "/cr306030/new/",
            _("Add an event"),
        )


class EventForm(ActivityForm):
    """An event."""

    class Meta:
        model = Event
        fields = ("subject", "location", "starts_at", "ends_at", "all_day", "description", "owner")
        widgets = {
            "description": forms.Textarea(attrs={"rows": 6}),
            "starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
            "ends_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        }


class EventWindow(ActivityWindow):
    """One event."""

    window = WINDOW
    entity = "event"
    form_class = EventForm
    close_to = "/cr306030/"
    layout = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Event"), "subject", "description", "entity"),
                Section(gettext_lazy("Time and place"), "starts_at", "ends_at", "all_day", "location", "owner"),
            ),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )

    def values_from(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """Subject and text, and the next full hour."""
        start = next_hour(clock.now())
        first = {"starts_at": start, "ends_at": start + LENGTH, "owner": grid.employee_of(request)}
        return super().values_from(request, origin) | first


def next_hour(now: datetime) -> datetime:
    """The next full hour of the person's clock."""
    return timezone.localtime(now).replace(minute=0, second=0, microsecond=0) + LENGTH


grid.find_by_palette("event")
urlpatterns = [*Events.urls(), *EventWindow.urls()]
