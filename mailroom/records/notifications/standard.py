"""The standard set of notification templates: put there once, never written over what people changed."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mailroom.records.notifications.models import NotificationTemplate

WELCOME, PASSWORD_CHANGED = "USERWELCOME", "PASSWORDCHANGED"
LOGIN_RECOVERY, PASSWORD_RECOVERY = "LOGINRECOVERY", "PASSWORDRECOVERY"
LANGUAGES = ("en", "nb")
BASE = "en"  # its rows have no locale: they serve every language that has no text of its own


@cache
def texts() -> list[dict[str, Any]]:
    """The shipped texts, as the file has them."""
    found: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("standard.yaml").read_text("utf-8"))
    return found


def rows() -> list[NotificationTemplate]:
    """The shipped templates, not saved: one a language."""
    return [
        NotificationTemplate(
            notification_id=one["id"],
            window_id=one["window"],
            locale="" if language == BASE else language,
            shipped=True,
            **one[language],
        )
        for one in texts()
        for language in LANGUAGES
    ]


def install(**_signal: Any) -> None:
    """Add the shipped templates that are missing; those that are there stay as people left them."""
    NotificationTemplate.objects.bulk_create(rows(), ignore_conflicts=True)


def find(notification_id: str) -> NotificationTemplate | None:
    """The template with this id in its base language."""
    return NotificationTemplate.objects.filter(notification_id=notification_id).order_by("locale").first()


def in_language(template: NotificationTemplate, language: str) -> NotificationTemplate:
    """The same notification's text in a person's language, where it has one."""
    if template.locale == language:
        return template
    others = NotificationTemplate.objects.filter(notification_id=template.notification_id, locale=language)
    return others.first() or template
