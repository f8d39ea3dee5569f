"""What the time line of a record's activities shows: which way a mail went, its mark, its state."""

from django import template
from django.utils.safestring import SafeString

from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.mail import tables
from mailroom.records.activities.timeline import Entry
from mailroom.records.crm.models import Task
from mailroom.records.emails.models import Direction

register = template.Library()
TASK_TONES = {Task.Status.COMPLETED: "ok", Task.Status.IN_PROCESS: "run", Task.Status.OPEN: "warn"}


@register.filter
def comes_in(entry: Entry) -> bool:
    """Whether it is a mail or comment from outside."""
    return entry.kind == "comment" or bool(entry.kind == "email" and entry.row.direction == Direction.INCOMING)


@register.filter
def mark(entry: Entry) -> str:
    """The icon of the entry."""
    if entry.kind != "email":
        return {"task": "task", "event": "calendar", "comment": "note"}[entry.kind]
    return "arrow-down" if comes_in(entry) else "arrow-up"


@register.filter
def state(entry: Entry) -> SafeString:
    """The status of a task or a mail, as icon and word."""
    if entry.kind == "email":
        return tables.status_cell(entry.row)
    task = Task.Status(entry.row.status)
    return cells.status(task.label, TASK_TONES.get(task, ""))
