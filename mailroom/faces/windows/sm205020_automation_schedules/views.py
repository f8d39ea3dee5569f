"""Automation schedules (SM205020): the list, and one schedule with its rhythm, lines and history."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.urls import include, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import audit, clock
from mailroom.faces.windows.kit import cells, registry, requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Menu, Outcome, Toolbar
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.sm205020_automation_schedules import fragments, lines, prefill
from mailroom.faces.windows.sm205020_automation_schedules.forms import ENABLED, ScheduleForm
from mailroom.faces.windows.sm205020_automation_schedules.window import ROLES, WINDOW
from mailroom.flows.incoming import scheduled
from mailroom.flows.scheduling import operations, saving
from mailroom.flows.scheduling.models import Schedule, ScheduleRun

TONES = {
    ScheduleRun.State.RUNNING: "run",
    ScheduleRun.State.SUCCEEDED: "ok",
    ScheduleRun.State.WITH_ERRORS: "warn",
    ScheduleRun.State.ABORTED: "bad",
}
ICONS = {ScheduleRun.State.WITH_ERRORS: "warn"}
SHOWN_RUNS = 100


def run_now(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Run the schedules once, as a job; the results stand in the history."""
    schedules = list(Schedule.objects.filter(pk__in=ids).order_by("description", "pk"))
    return Outcome(job=scheduled.run_now(schedules, requests.user_of(request), clock.now()))


def activate(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Let the schedules run again; one that cannot is named and keeps no other from it."""
    done, refused = 0, []
    for schedule in Schedule.objects.filter(pk__in=ids, active=False):
        schedule.active = True
        try:
            saving.save(schedule, clock.now())
            done += 1
        except saving.Invalid as error:
            refused.append(f"{schedule}: {error}")
    words = _("%(n)d activated") % {"n": done}
    return Outcome(". ".join([words, *refused]), level="bad" if refused else "ok")


def deactivate(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Stop the schedules; a run that goes on ends by itself."""
    done = audit.update(Schedule.objects.filter(pk__in=ids, active=True), active=False)
    return Outcome(_("%(n)d deactivated") % {"n": done})


def delete(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Remove the schedules and their history."""
    Schedule.objects.filter(pk__in=ids).delete()
    return Outcome(_("%(n)d deleted") % {"n": len(ids)})


def ask_delete(count: int) -> Confirm:
    """The question before Delete."""
    words = ngettext("Delete %(n)d schedule", "Delete %(n)d schedules", count) % {"n": count}
    return Confirm(f"{words}?", ngettext("Its history goes with it.", "Their history goes with them.", count), words)


def window_name(key: str) -> str:
    """A window as people call it."""
    window = registry.WINDOWS.get(key)
    return str(window.name) if window else key


def action_name(row: Schedule) -> str:
    """The action as its window's button says it."""
    known = operations.of_window(row.window_id)
    return next((str(one.label) for one in known if one.action == row.action), row.action)


def active_cell(row: Schedule) -> Any:
    """Whether it runs."""
    return cells.status(_("Active"), "ok") if row.active else cells.status(_("Not active"), "", "pause")


def result_cell(row: Any) -> Any:
    """How the last run ended."""
    run = row.last_run
    if run is None:
        return cells.muted("–")
    state = ScheduleRun.State(run.state)
    return cells.status(run.get_state_display(), TONES[state], ICONS.get(state, ""))


RUN = Action("run", gettext_lazy("Run now"), run=run_now, icon="play", roles=ROLES)


class Schedules(GridWindow):
    """All schedules with their next and last run."""

    window = WINDOW
    columns = (
        Column("description", gettext_lazy("Description"), sort="description", link=True, place="subject"),
        Column(
            "window", gettext_lazy("Window ID"), cell=lambda row: window_name(row.window_id), width=26, place="below"
        ),
        Column("action", gettext_lazy("Action"), cell=action_name, width=14),
        Column("active", gettext_lazy("Active"), cell=active_cell, width=12, place="status", notable=lambda row: True),
        Column(
            "next_execution_at",
            gettext_lazy("Next execution date"),
            cell=cells.of("next_execution_at", cells.moment),
            width=18,
            place="date",
        ),
        Column(
            "last_execution_at",
            gettext_lazy("Last executed on"),
            cell=cells.of("last_execution_at", cells.moment),
            width=18,
        ),
        Column("result", gettext_lazy("Last result"), cell=result_cell, width=16),
    )
    default_sort = "description"
    row_name = "schedules"
    tabs = (
        FilterTab("all", gettext_lazy("All records")),
        FilterTab("active", gettext_lazy("Active"), lambda rows, request: rows.filter(active=True)),
        FilterTab("inactive", gettext_lazy("Not active"), lambda rows, request: rows.filter(active=False)),
    )
    toolbar = (
        Action("new", gettext_lazy("Add"), url="/sm205020/schedule/new/", icon="plus", keys="Alt+n", rows=False),
        RUN,
        Menu(
            gettext_lazy("Actions"),
            (
                Action("activate", gettext_lazy("Activate"), run=activate, icon="check", roles=ROLES),
                Action("deactivate", gettext_lazy("Deactivate"), run=deactivate, icon="pause", roles=ROLES),
                Action("delete", gettext_lazy("Delete"), run=delete, icon="trash", confirm=ask_delete, roles=ROLES),
            ),
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[Schedule]:
        """All schedules; the window's roles decide who comes here."""
        return Schedule.objects.all()

    def decorate(self, rows: list[Any], request: HttpRequest) -> None:
        """The last run of each."""
        runs = ScheduleRun.objects.filter(schedule__in=rows).order_by().values("schedule")
        newest = ScheduleRun.objects.filter(pk__in=runs.annotate(newest=Max("pk")).values("newest"))
        found = {run.schedule_id: run for run in newest.only("schedule_id", "state")}
        for row in rows:
            row.last_run = found.get(row.pk)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """By description."""
        return rows.filter(description__icontains=text)

    def row_url(self, row: Schedule, request: HttpRequest) -> str:
        """The schedule."""
        return f"/sm205020/schedule/{row.pk}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What it says without schedules."""
        text = _("A schedule runs an action of a window by itself, as often as you say.")
        return Empty(_("No schedules yet"), text, "clock", "/sm205020/schedule/new/", _("Add a schedule"))


class OneSchedule(RecordWindow):
    """One schedule."""

    window = WINDOW
    form_class = ScheduleForm
    write_roles = ROLES
    enabled_when = ENABLED
    ordering = "description"
    close_to = "/sm205020/"
    layout = Layout(
        top=(("description", "window_id"), ("action", "active")),
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Validity"), "starts_on", "no_expiration_date", "expires_on", "time_zone"),
                Section(
                    gettext_lazy("Executions"),
                    "no_execution_limit",
                    "execution_limit",
                    "deactivate_after_aborted_runs",
                    "history_to_keep",
                ),
            ),
            Tab("schedule", gettext_lazy("Schedule"), template="sm205020/_schedule.html"),
            Tab("filters", gettext_lazy("Filter values"), template="sm205020/_filters.html"),
            Tab("conditions", gettext_lazy("Conditions"), template="sm205020/_conditions.html"),
            Tab("history", gettext_lazy("History"), template="sm205020/_history.html"),
        ),
    )

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """Run now needs a saved schedule."""
        return (RUN,) if record is not None else ()

    def records(self, request: HttpRequest) -> QuerySet[Schedule]:
        """All schedules; the window's roles decide who comes here."""
        return Schedule.objects.all()

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        """What the Schedules menu of a window knows: the window and what its criteria say."""
        return prefill.initial(request)

    def save(self, request: HttpRequest, form: Any) -> Schedule:
        """Through the one place that knows the rules."""
        schedule = form.schedule()
        if schedule.pk is None:
            schedule.created_by = requests.user_of(request)
        try:
            return saving.save(schedule, clock.now(), form.cleaned_data.get("next_execution"))
        except saving.Invalid as invalid:
            shown = {"filter_values": _("Filter values"), "conditions": _("Conditions"), "ordinal_days": ""}
            for name, text in invalid.errors.items():
                known = {"interval_minutes": "interval"}.get(name, name)
                if known in form.fields:
                    form.add_error(known, text)
                else:
                    form.add_error(None, f"{shown.get(name, name)}: {text}")
            raise ValidationError(_("The schedule was not saved.")) from invalid

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """The lines of the two tables, the next runs, and the history."""
        values = {name: str(form[name].value() or _first(form, name)) for name in ("window_id", "action")}
        return {
            "filter_lines": lines.shown("filter", form.lines_of("filter"), **values),  # type: ignore[attr-defined]
            "condition_lines": lines.shown("condition", form.lines_of("condition"), **values),  # type: ignore[attr-defined]
            "runs": list(record.runs.select_related("by")[:SHOWN_RUNS]) if record is not None else [],
            "tones": TONES,
            "icons": ICONS,
            **fragments.preview_of(form),
        }


def _first(form: forms.BaseForm, name: str) -> str:
    """What a browser shows as chosen where nothing is."""
    return next((str(key) for key, _label in form.fields[name].choices), "")  # type: ignore[attr-defined]  # a choice


urlpatterns = [
    *Schedules.urls(),
    path("preview/", fragments.Preview.as_view(), name="preview"),
    path("line/", fragments.LineView.as_view(), name="line"),
    path("lines/<slug:kind>/", fragments.LinesView.as_view(), name="lines"),
    path("run/<int:key>/", fragments.RunView.as_view(), name="run"),
    path("schedule/", include(OneSchedule.urls(among="schedule"))),
]
