"""Notification events (SM204010): for each event, such as a comment in the self-service portal, its template."""

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import lookups
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import Lookup, LookupField
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.sm204010_notification_events.window import WINDOW
from mailroom.flows.sending import from_template
from mailroom.records.crm import portal
from mailroom.records.notifications import events
from mailroom.records.notifications.events import Event
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences


def _templates(window_id: str) -> QuerySet[NotificationTemplate]:
    return NotificationTemplate.objects.filter(locale="", window_id=window_id)


def lookup_of(event: Event) -> str:
    """The lookup of the templates that can serve the event: those of its window."""
    key = f"templates-{event.window_id.lower()}"
    if key not in lookups.LOOKUPS:
        lookups.register(
            Lookup(
                key,
                _("Notification"),
                rows=lambda request, window_id=event.window_id: _templates(window_id),  # type: ignore[misc]  # bound now
                columns=(("notification_id", _("Notification ID")), ("description", _("Description"))),
                search=("notification_id", "description"),
                window="SM204003",
            )
        )
    return key


class EventsForm(forms.Form):
    """A template for each event; left empty, nobody is told."""

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, **options)
        for event in events.EVENTS.values():
            field = LookupField(lookup_of(event), label=event.label, queryset=_templates(event.window_id))
            field.widget.rows = field.row_of
            field.initial = events.template_of(event)
            self.fields[event.key] = field


class NotificationEvents(RecordWindow):
    """All events of the installation."""

    window = WINDOW
    form_class = EventsForm
    single = True
    write_roles = ADMINISTRATORS

    def records(self, request: HttpRequest) -> QuerySet[EmailPreferences]:
        """The one row of preferences, which the events stand beside."""
        current.read()
        return EmailPreferences.objects.filter(pk=current.ROW)

    def layout_of(self, record: Any | None) -> Layout:
        """A section for each group of events."""
        groups = groupby(events.EVENTS.values(), key=lambda event: event.group)
        sections = [Section(group, *(event.key for event in found)) for group, found in groups]
        return Layout(tabs=(Tab("events", WINDOW.name, sections),), after="sm204010/_portal.html")

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """Where the portal is, and whether it is open."""
        return {"portal_address": f"{from_template.base_address()}/portal/", "portal_open": portal.is_open()}

    def save(self, request: HttpRequest, form: Any) -> EmailPreferences:
        """Register what was chosen, all of it or nothing."""
        with transaction.atomic():
            for key, template in form.cleaned_data.items():
                try:
                    events.choose(events.EVENTS[key], template)
                except events.NotRegistered as refused:
                    raise ValidationError(str(refused)) from refused
        return current.read()

    def title(self, request: HttpRequest, record: Any) -> str:
        """It has no name of its own."""
        return ""


for _event in events.EVENTS.values():
    lookup_of(_event)
urlpatterns = NotificationEvents.urls()
