"""Saving a notification template by the rules of SM204003, the same for the window and the API."""

import re
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.mime import bodies
from mailroom.records.notifications import checking, language, versions
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User

LONGEST_ID = 30
LONGEST_BODY = 1_000_000
NOT_IN_AN_ID = re.compile(r"[^A-Z0-9]+")


class Invalid(ValueError):
    """Values that no template may have: a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


class InUse(Exception):
    """A shipped template is not deleted, nor one that is registered; the text says what to do instead."""


def save(template: NotificationTemplate, by: User | None, now: datetime) -> NotificationTemplate:
    """Keep a new or changed template and its version; a new one gets its ID from its description. Raises Invalid."""
    errors: dict[str, str] = {}
    if not template.description.strip():
        errors["description"] = _("Fill in this field.")
    if not template.window_id.strip():
        errors["window_id"] = _("Choose the window whose fields fill the placeholders.")
    if len(template.body) > LONGEST_BODY:
        errors["body"] = _("The text is too long.")
    if errors:
        raise Invalid(errors)
    template.body = bodies.sanitise_html(language.with_tables(template.body))
    for problem in checking.of_placeholders(template):
        at = _("Line %(n)d: %(words)s") % {"n": problem.line, "words": problem.words}
        words = at if problem.field == "body" else problem.words
        errors[problem.field] = f"{errors[problem.field]} {words}" if problem.field in errors else words
    if errors:
        raise Invalid(errors)
    if not template.notification_id:
        template.notification_id = free_id(template.description)
    taken = NotificationTemplate.objects.filter(notification_id=template.notification_id, locale=template.locale)
    if taken.exclude(pk=template.pk).exists():
        raise Invalid({"locale": _("This notification has a text for this locale already.")})
    with transaction.atomic():
        before = NotificationTemplate.objects.filter(pk=template.pk).first()
        template.save()
        versions.keep(template, before, by, now)
    return template


def delete(template: NotificationTemplate) -> None:
    """Remove a template; raises InUse for a shipped or registered one."""
    if template.shipped:
        raise InUse(_("It was shipped and stays. Choose another template where it is used."))
    if template.registered.exists():
        raise InUse(_("It is registered for an event. Register another template in Notification events first."))
    template.delete()


def free_id(description: str) -> str:
    """An ID that nobody has, made from a description: CASEACTIVITY, CASEACTIVITY2."""
    wanted = NOT_IN_AN_ID.sub("", description.upper())[:LONGEST_ID] or "NOTIFICATION"
    rows = NotificationTemplate.objects.filter(notification_id__startswith=wanted)
    taken = set(rows.values_list("notification_id", flat=True))
    names = (wanted if number == 1 else f"{wanted}{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
