"""The parts of SM205020 that change while one edits: the next runs, a line of a table, the lines of a past run."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.sm205020_automation_schedules import lines
from mailroom.faces.windows.sm205020_automation_schedules.forms import UNITS, ScheduleForm
from mailroom.faces.windows.sm205020_automation_schedules.window import WINDOW
from mailroom.flows.scheduling import recurrence, rule, saving
from mailroom.flows.scheduling.models import Schedule, ScheduleRun

SHOWN = 5
SHOWN_LINES = 500
OF_THE_RULE = frozenset(
    {"starts_on", "expires_on", "time_zone", "every", "weekdays", "month_day", "ordinal", "stop_time", "interval"}
)


BESIDE = frozenset({"start_time", "next_execution", "execution_limit"})


class Preview(WindowView):
    """The next runs of the schedule as the form now says it."""

    window = WINDOW

    def post(self, request: HttpRequest) -> HttpResponse:
        """The fragment; what cannot be read yet is said in words."""
        number = request.GET.get("schedule", "")
        chosen = int(number) if number.isdecimal() and len(number) < 19 else 0
        form = ScheduleForm(request.POST, instance=Schedule.objects.filter(pk=chosen).first())
        form.drop_disabled()
        form.is_valid()
        unit = UNITS[Schedule.Type(form.chosen_type())]
        return self.render(request, "sm205020/_preview_answer.html", unit=unit, **preview_of(form))


def preview_of(form: forms.BaseForm) -> dict[str, Any]:
    """`next_runs` and `zone` of a form, or the `trouble` that stands in their way."""
    schedule = _schedule(form)  # type: ignore[arg-type]
    if isinstance(schedule, str):
        return {"next_runs": [], "trouble": schedule}
    now, left = clock.now(), SHOWN
    if schedule.execution_limit is not None:
        left = max(0, schedule.execution_limit - schedule.executed)
    entered = form.cleaned_data.get("next_execution") if form.is_bound else None
    first = entered or saving.following(schedule, now)
    found = [] if first is None else [first, *recurrence.upcoming(rule.of(schedule), max(first, now), SHOWN - 1)]
    runs = [moment.astimezone(rule.of(schedule).zone) for moment in found[:left]]
    words = "" if runs else _("It does not run again.")
    return {"next_runs": runs, "trouble": words, "zone": schedule.time_zone, "a_day": _times_a_day(schedule)}


def _schedule(form: ScheduleForm) -> Schedule | str:
    if not form.is_bound:
        stored: Schedule = form.instance
        if stored.pk is None:
            return _("Fill in the schedule to see when it runs.")
        return stored
    wrong = [str(form[name].label) for name in form.errors if name in OF_THE_RULE or name in BESIDE]
    if wrong:
        return _("Fill in: %(fields)s.") % {"fields": ", ".join(wrong)}
    schedule = form.schedule()
    problems = {name: text for name, text in saving.problems(schedule).items() if name in OF_THE_RULE}
    return next(iter(problems.values())) if problems else schedule


def _times_a_day(schedule: Schedule) -> str:
    """ "288 times a day", where it is more than once."""
    if not schedule.interval_minutes:
        return ""
    start = timedelta(hours=schedule.start_time.hour, minutes=schedule.start_time.minute)
    stop = schedule.stop_time or recurrence.END_OF_DAY
    span = timedelta(hours=stop.hour, minutes=stop.minute) - start
    times = span // timedelta(minutes=schedule.interval_minutes) + 1
    return ngettext("%(n)d time a day", "%(n)d times a day", times) % {"n": times}


class LineView(WindowView):
    """One line of Filter values or Conditions, with the controls that its field asks for."""

    window = WINDOW

    def get(self, request: HttpRequest) -> HttpResponse:
        """A new line, or one whose field was changed."""
        kind, number = request.GET.get("kind", ""), request.GET.get("number", "")
        if kind not in lines.PARTS or not number.isdecimal() or len(number) > 4:
            raise Http404
        values = lines.read(request.GET, kind, int(number))
        if f"{kind}-{number}-field_name" not in request.GET:
            values["active"] = True
        line = lines.line(kind, int(number), values, request.GET.get("window_id", ""), request.GET.get("action", ""))
        return self.render(request, f"sm205020/_{kind}_line.html", line=line)


class LinesView(WindowView):
    """All lines of Filter values or Conditions, for another window or action."""

    window = WINDOW

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """What is typed stays, with the fields that can be chosen now."""
        if kind not in lines.PARTS:
            raise Http404
        chosen = [request.POST.get(name, "") for name in ("window_id", "action")]
        found = lines.shown(kind, lines.posted(request.POST, kind), *chosen)
        return self.render(request, "sm205020/_lines.html", lines=found, line_template=f"sm205020/_{kind}_line.html")


class RunView(WindowView):
    """The warnings and errors of one past run."""

    window = WINDOW

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        """A dialog with its lines."""
        run = ScheduleRun.objects.filter(pk=key).select_related("schedule", "by").first()
        if run is None:
            raise Http404
        return self.render(request, "sm205020/_run.html", run=run, lines=run.lines[:SHOWN_LINES])
