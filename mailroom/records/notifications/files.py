"""The files of a notification template: each goes as an attachment with every mail that is made of it."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from mailroom.records.files import store
from mailroom.records.notifications.models import NotificationTemplate, TemplateFile

LARGEST = 10_000_000
MOST = 20


class NotTaken(ValueError):
    """A file too large, or one too many; the text says what is allowed."""


def add(template: NotificationTemplate, name: str, content: bytes) -> TemplateFile:
    """Store `content` as a file of the template; raises NotTaken."""
    if len(content) + sum(template.files.values_list("size", flat=True)) > LARGEST:
        raise NotTaken(_("The files of a template may have %(n)d MB together.") % {"n": LARGEST // 10**6})
    if template.files.count() >= MOST:
        raise NotTaken(_("A template may have %(n)d files.") % {"n": MOST})
    stored, shown = store.put(content), name.replace("\x00", "")[:255] or str(_("File"))
    return TemplateFile.objects.create(template=template, file=stored, name=shown, size=len(content))


def remove(template: NotificationTemplate, ids: Collection[int]) -> int:
    """Take files off the template; returns how many."""
    rows = list(template.files.filter(pk__in=list(ids)))
    for row in rows:
        row.delete()
    return len(rows)
