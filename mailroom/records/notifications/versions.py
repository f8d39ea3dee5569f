"""The earlier versions of a notification template: each Save keeps one, and any of them can be put back."""

import difflib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailroom.mime import bodies
from mailroom.records.notifications.models import NotificationTemplate, TemplateVersion
from mailroom.records.organisation.models import User

FIELDS = ("description", "from_account_id", "to", "cc", "bcc", "subject", "window_id", "body")


@dataclass(frozen=True, slots=True)
class Change:
    """A line that only one of two versions has: `sign` is "-" for the earlier, "+" for the one that stands."""

    field: str
    sign: str
    text: str


def values_of(template: NotificationTemplate) -> dict[str, Any]:
    """The fields that a version keeps."""
    return {name: getattr(template, name) for name in FIELDS}


def keep(template: NotificationTemplate, before: NotificationTemplate | None, by: User | None, now: datetime) -> None:
    """Keep what was just saved, where it differs from `before`; the very first change keeps what was there too."""
    values = values_of(template)
    if before is not None:
        former = values_of(before)
        if former == values:
            return
        if not template.versions.exists():
            TemplateVersion.objects.create(template=template, values=former)
    TemplateVersion.objects.create(template=template, saved_at=now, saved_by=by, values=values)


def put_back(version: TemplateVersion) -> NotificationTemplate:
    """The template with the fields of an earlier version, not yet saved."""
    template = version.template
    for name, value in version.values.items():
        if name in FIELDS:
            setattr(template, name, value)
    if template.from_account_id is not None:
        known = NotificationTemplate._meta.get_field("from_account").related_model
        if not known._default_manager.filter(pk=template.from_account_id).exists():
            template.from_account_id = None
    return template


def changes(version: TemplateVersion) -> list[Change]:
    """What has changed since an earlier version, line by line, as people read it."""
    now = values_of(version.template)
    found = []
    for name in FIELDS:
        earlier, later = (_readable(name, values.get(name)) for values in (version.values, now))
        found += [Change(name, line[0], line[2:]) for line in difflib.ndiff(earlier, later) if line[0] in "-+"]
    return found


def _readable(name: str, value: Any) -> list[str]:
    text = bodies.text_from_html(str(value or "")) if name == "body" else str(value or "")
    return [line for line in text.splitlines() if line.strip()]
