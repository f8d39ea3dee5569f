"""Of what people are told by mail, and which template is registered for each such event (BEHAVIOUR 9).

Before anybody has chosen, an event has the shipped template that it names; registered for none, nobody is told.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.records.notifications import standard
from mailroom.records.notifications.models import NotificationTemplate, RegisteredTemplate

Words = str | Promise


class NotRegistered(ValueError):
    """The template cannot serve the event; the text says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens; `window_id` is the window whose placeholders its template fills.

    `shipped` is the template that serves it before anybody chooses, none for "". `reader` is the path to whom it is
    for: the mail is in his language, goes to him where the template's To, CC and BCC are empty, and not when he did it
    himself. `place` is the placeholder of his address.
    """

    key: str
    label: Words
    group: Words
    window_id: str
    shipped: str = ""
    reader: str = "owner"
    place: str = "Case.OwnerID.Email"


EVENTS: dict[str, Event] = {}


def register(event: Event) -> Event:
    """Make an event known under its key; a room or an installation registers its own."""
    EVENTS[event.key] = event
    return event


PORTAL = gettext_lazy("Self-service portal")
PORTAL_COMMENT = register(
    Event("portal_comment", gettext_lazy("New comment in the portal"), PORTAL, "CR306000", "PORTALCOMMENT")
)
PORTAL_FILE = register(
    Event("portal_file", gettext_lazy("New file in the portal"), PORTAL, "CR306000", "PORTALCOMMENT")
)
CASES = gettext_lazy("Cases")
CASE_CREATED = register(
    Event(
        "case_created",
        gettext_lazy("Case created: to its contact"),
        CASES,
        "CR306000",
        reader="contact",
        place="Case.ContactID.Email",
    )
)
CASE_CHANGED = register(
    Event("case_changed", gettext_lazy("Status of a case changed: to its owner"), CASES, "CR306000")
)
DOCUMENT_APPROVED = register(
    Event(
        "document_approved",
        gettext_lazy("Document approved: to its employee"),
        gettext_lazy("Documents"),
        "EP301020",
        reader="employee",
        place="OwnerID.Email",
    )
)


def template_of(event: Event) -> NotificationTemplate | None:
    """The template that is registered for the event, in its base language."""
    row = RegisteredTemplate.objects.filter(event=event.key).select_related("template").first()
    if row is not None:
        return row.template
    return standard.find(event.shipped) if event.shipped else None


def choose(event: Event, template: NotificationTemplate | None) -> None:
    """Register a template for the event, or none; raises NotRegistered."""
    if template is not None and template.window_id != event.window_id:
        values = {"template": template, "window": event.window_id}
        raise NotRegistered(_("%(template)s has no placeholders of %(window)s, which this is about.") % values)
    row = RegisteredTemplate.objects.filter(event=event.key).first() or RegisteredTemplate(event=event.key)
    if row.pk is None or row.template != template:
        row.template = template
        row.save()


def served_by(template: NotificationTemplate) -> list[Event]:
    """The events that a template is registered for."""
    return [event for event in EVENTS.values() if template_of(event) == template]
