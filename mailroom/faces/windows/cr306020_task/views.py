"""Task (CR306020): what is to be done, often for another record; made from emails or by hand."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import audit, clock
from mailroom.faces.windows.cr306020_task.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.actions import Action, Menu, Outcome, Undo
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.relations import activities, choices, grid  # noqa: F401 choices registers lookups
from mailroom.faces.windows.relations.activities import ActivityForm, ActivityWindow
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.records.crm.models import Task
from mailroom.records.organisation.models import Workgroup

DONE = (Task.Status.COMPLETED, Task.Status.CANCELED)
TONES = {Task.Status.COMPLETED: "ok", Task.Status.IN_PROCESS: "run", Task.Status.OPEN: "warn"}


def complete(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Mark tasks as completed."""
    open_ids = list(Task.objects.filter(pk__in=ids).exclude(status__in=DONE).values_list("pk", flat=True))
    audit.update(Task.objects.filter(pk__in=open_ids), status=Task.Status.COMPLETED, completed_at=clock.now())
    if not open_ids:
        return Outcome(_("Done already"), level="bad")
    words = ngettext("%(n)d task completed", "%(n)d tasks completed", len(open_ids)) % {"n": len(open_ids)}
    return Outcome(words, undo=Undo("reopen", tuple(open_ids)))


def reopen(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Open completed tasks again."""
    done = Task.objects.filter(pk__in=ids, status__in=DONE)
    count = audit.update(done, status=Task.Status.OPEN, completed_at=None)
    return Outcome(ngettext("%(n)d task opened again", "%(n)d tasks opened again", count) % {"n": count})


COMPLETE = Action("complete", gettext_lazy("Complete"), run=complete, icon="ok", keys="e")
REOPEN = Action("reopen", gettext_lazy("Open again"), run=reopen, icon="undo", keys="E")


def status_cell(task: Task) -> SafeString:
    """Icon and word of the status."""
    return cells.status(task.get_status_display(), TONES.get(Task.Status(task.status), ""))


class Tasks(grid.EntityList):
    """The list."""

    window = WINDOW
    entity = "task"
    related = ("owner",)
    columns = (
        Column("subject", gettext_lazy("Subject"), link=True, place="subject"),
        Column("status", gettext_lazy("Status"), cell=status_cell, width=21, place="status", notable=lambda row: True),
        Column("due_on", gettext_lazy("Due date"), cell=grid.day("due_on"), sort="due_on", width=14, place="date"),
        Column("related", gettext_lazy("Related entity"), cell=activities.related_cell, width=28, place="entity"),
        Column("owner", gettext_lazy("Owner"), cell=cells.of("owner", cells.person), width=18),
        Column(
            "created_at",
            gettext_lazy("Created"),
            cell=cells.of("created_at", cells.moment),
            sort="created_at",
            width=18,
            first_down=True,
        ),
    )
    default_sort = "-created_at"
    row_name = "tasks"
    tabs = (
        FilterTab(
            "mine", gettext_lazy("My tasks"), lambda rows, request: grid.mine(rows, request).exclude(status__in=DONE)
        ),
        FilterTab("open", gettext_lazy("Open"), lambda rows, request: rows.exclude(status__in=DONE)),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (grid.add("CR306020"), grid.delete_of("task"), Menu(gettext_lazy("Actions"), (COMPLETE, REOPEN)))

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(
            _("No tasks here"), _("Create one from an email, or add it."), "task", "/cr306020/new/", _("Add a task")
        )


class TaskForm(ActivityForm):
    """A task."""

    workgroup = LookupField("workgroups", label=gettext_lazy("Work group"), queryset=Workgroup.objects.all())

    class Meta:
        model = Task
        fields = ("subject", "description", "status", "priority", "start_on", "due_on", "owner", "workgroup")
        widgets = {
            "description": forms.Textarea(attrs={"rows": 6}),
            "start_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }


class TaskWindow(ActivityWindow):
    """One task."""

    window = WINDOW
    entity = "task"
    form_class = TaskForm
    close_to = "/cr306020/"
    layout = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Task"), "subject", "description", "entity"),
                Section(gettext_lazy("Progress"), "status", "priority", "start_on", "due_on", "owner", "workgroup"),
            ),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )
    toolbar = (Menu(gettext_lazy("Actions"), (COMPLETE, REOPEN)),)

    def values_from(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """Subject and text; the person who creates it owns it at first."""
        return super().values_from(request, origin) | {"owner": grid.employee_of(request)}


grid.find_by_palette("task")
urlpatterns = [*Tasks.urls(), *TaskWindow.urls()]
