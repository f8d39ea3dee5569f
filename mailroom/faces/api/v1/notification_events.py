"""Notification events (SM204010): by which template people are told of what."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.records.notifications import events
from mailroom.records.notifications.models import NotificationTemplate

router = Router(tags=["notification events"])


class Registration(Schema):
    """The template that is registered for an event; null: nobody is told."""

    notification_id: str | None = Field(max_length=64)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_events(request: HttpRequest) -> list[dict[str, Any]]:
    """All events with the template of each."""
    rights.administrator(request)
    return [_shown(event) for event in events.EVENTS.values()]


@router.put("/{event}", response={200: dict[str, Any], **ERRORS})
def register(request: HttpRequest, event: str, values: Registration) -> dict[str, Any]:
    """Register a template for an event, or none."""
    rights.administrator(request)
    found = events.EVENTS.get(event)
    if found is None:
        raise Http404
    try:
        events.choose(found, _template(values.notification_id))
    except events.NotRegistered as refused:
        raise HttpError(422, str(refused)) from refused
    return _shown(found)


def _template(notification_id: str | None) -> NotificationTemplate | None:
    if not notification_id:
        return None
    rows = NotificationTemplate.objects.filter(locale="", notification_id__iexact=notification_id.replace("\x00", ""))
    template = rows.first()
    if template is None:
        raise HttpError(422, f"notification_id: “{notification_id}” was not found.")
    return template


def _shown(event: events.Event) -> dict[str, Any]:
    template = events.template_of(event)
    return {
        "event": event.key,
        "group": str(event.group),
        "label": str(event.label),
        "window_id": event.window_id,
        "notification_id": template and template.notification_id,
    }
