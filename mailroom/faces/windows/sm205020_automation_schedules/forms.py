"""The form of a schedule: Details and Schedule; the lines of its tables are read beside it."""

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import conditions, registry
from mailroom.faces.windows.sm205020_automation_schedules import lines
from mailroom.flows.scheduling import operations
from mailroom.flows.scheduling.models import Schedule

ONCE = "00:00"
LOCAL = "%Y-%m-%dT%H:%M"
DAYS = [
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
    (6, gettext_lazy("Sunday")),
]
GROUPS = {"all": list(range(7)), "weekday": list(range(5)), "weekend": [5, 6]}
ORDINAL_DAYS = [
    *((str(number), label) for number, label in DAYS),
    ("weekday", gettext_lazy("Weekday")),
    ("weekend", gettext_lazy("Weekend day")),
    ("all", gettext_lazy("Day")),
]
ORDINALS = [
    (1, gettext_lazy("First")),
    (2, gettext_lazy("Second")),
    (3, gettext_lazy("Third")),
    (4, gettext_lazy("Fourth")),
    (5, gettext_lazy("Last")),
]
UNITS = {
    Schedule.Type.DAILY: gettext_lazy("Day(s)"),
    Schedule.Type.WEEKLY: gettext_lazy("Week(s)"),
    Schedule.Type.MONTHLY: gettext_lazy("Month(s)"),
    Schedule.Type.PERIOD: gettext_lazy("Period(s)"),
}
ENABLED = {
    "expires_on": "!no_expiration_date",
    "execution_limit": "!no_execution_limit",
    "weekdays": "schedule_type=weekly",
    "monthly_on": "schedule_type=monthly|period",
    "month_day": "schedule_type=monthly|period monthly_on=day",
    "ordinal": "schedule_type=monthly|period monthly_on=ordinal",
    "ordinal_day": "schedule_type=monthly|period monthly_on=ordinal",
}


def _date(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "input--date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def _time(label: Any, **options: Any) -> forms.TimeField:
    attributes = {"class": "input--time", "inputmode": "numeric", "placeholder": "00:00", "maxlength": 5}
    widget = forms.TimeInput(attrs=attributes, format="%H:%M")  # never 12-hour, as the browser's own control may be
    return forms.TimeField(label=label, widget=widget, input_formats=["%H:%M", "%H.%M", "%H"], **options)


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """Everything but the lines of the two tables; `lines_of` gives those."""

    window_id = forms.ChoiceField(label=gettext_lazy("Window ID"))
    action = forms.ChoiceField(label=gettext_lazy("Action"))
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    starts_on = _date(gettext_lazy("Starts on"))
    expires_on = _date(gettext_lazy("Expires on"), required=False)
    no_expiration_date = forms.BooleanField(label=gettext_lazy("No expiration date"), required=False)
    no_execution_limit = forms.BooleanField(label=gettext_lazy("No execution limit"), required=False)
    schedule_type = forms.ChoiceField(
        label=gettext_lazy("Schedule type"), choices=Schedule.Type.choices, widget=forms.RadioSelect
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On days"), choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    ordinal = forms.TypedChoiceField(label=gettext_lazy("Which"), choices=ORDINALS, coerce=int)
    ordinal_day = forms.ChoiceField(label=gettext_lazy("Day of the week"), choices=ORDINAL_DAYS)
    start_time = _time(gettext_lazy("Starts at"), initial=ONCE)
    stop_time = _time(gettext_lazy("Stops at"), required=False, help_text=gettext_lazy("Empty is the end of the day."))
    interval = _time(
        gettext_lazy("Every"),
        required=False,
        help_text=gettext_lazy("Hours and minutes (hh:mm); 00:00 is once a day."),
    )
    next_execution = forms.CharField(
        label=gettext_lazy("Next execution date"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input--moment"}),
        help_text=gettext_lazy("Computed from the schedule; enter another to begin then."),
    )
    next_execution_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    unseen = ("next_execution",)  # runs move it on; clean_next_execution looks to it

    class Meta:
        model = Schedule
        fields = (
            "description",
            "window_id",
            "action",
            "active",
            "time_zone",
            "starts_on",
            "expires_on",
            "execution_limit",
            "history_to_keep",
            "deactivate_after_aborted_runs",
            "schedule_type",
            "every",
            "weekdays",
            "monthly_on",
            "month_day",
            "ordinal",
            "start_time",
            "stop_time",
        )
        labels = {"monthly_on": gettext_lazy("On"), "history_to_keep": gettext_lazy("Executions to keep in history")}

    def __init__(self, data: Any = None, files: Any = None, instance: Schedule | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(instance) | (kwargs.get("initial") or {})
        super().__init__(data, files, instance=instance, **kwargs)
        self.fields["window_id"].choices = [(key, _window(key)) for key in operations.windows()]  # type: ignore[attr-defined]
        labels = {one.action: one.label for key in operations.windows() for one in operations.of_window(key)}
        self.fields["action"].choices = list(labels.items())  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [(name, name) for name in sorted(available_timezones())]  # type: ignore[attr-defined]
        self.fields["every"].help_text = UNITS[Schedule.Type(self.chosen_type())]

    def chosen_type(self) -> str:
        """The chosen type, also of a form that is not right yet."""
        value = str(self["schedule_type"].value() or "")
        return value if value in Schedule.Type.values else Schedule.Type.DAILY

    def drop_disabled(self) -> None:
        """Fields that the browser does not send, because others switch them off, keep what is stored."""
        for name, condition in ENABLED.items():
            if not conditions.holds(condition, lambda other: self.data.get(other, "")):
                del self.fields[name]

    def lines_of(self, kind: str) -> list[dict[str, Any]]:
        """The lines of a table: what was posted, else what is stored or the address gives."""
        if self.is_bound:
            return lines.posted(self.data, kind)
        name = "filter_values" if kind == "filter" else "conditions"
        return list(self.initial.get(name) or getattr(self.instance, name))

    def beside(self) -> dict[str, tuple[Any, Any]]:
        """The tables, for the page to tell whether somebody else changed them."""
        return {
            "filter_values": (_("Filter values"), self.lines_of("filter")),
            "lines_of_conditions": (_("Conditions"), self.lines_of("condition")),
        }

    def clean_next_execution(self) -> datetime | None:
        """A moment where another was entered than the page showed; it is local to the schedule's time zone."""
        text = str(self.cleaned_data.get("next_execution") or "").strip()
        stored = self.initial.get("next_execution", "")
        seen = self.data.get("next_execution_seen", stored)  # the schedule may have run since the page was opened
        if not text or text == seen:
            return None
        try:
            zone = ZoneInfo(str(self.cleaned_data.get("time_zone") or "UTC"))
            moment = datetime.fromisoformat(text[:16]).replace(tzinfo=zone)
            past = moment <= clock.now()
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("Enter a date and time, such as 2026-11-24 08:00.")) from None
        if past:
            raise forms.ValidationError(_("Enter a moment that is still to come; Run now runs it at once."))
        if seen != stored:
            shown = cast(QueryDict, self.data).copy()
            shown["next_execution_seen"] = stored
            self.data = shown
            raise forms.ValidationError(_("It has changed since this page was opened. Save again to enter yours."))
        return moment

    def clean(self) -> dict[str, Any]:
        """A box that is not ticked asks for its value: without one it would be saved as if it were ticked."""
        found: dict[str, Any] = super().clean() or {}
        for box, name, words in (
            ("no_expiration_date", "expires_on", _("Enter a date, or tick “No expiration date”.")),
            ("no_execution_limit", "execution_limit", _("Enter a number, or tick “No execution limit”.")),
        ):
            if name in self.fields and not found.get(box) and found.get(name) is None and name not in self.errors:
                self.add_error(name, words)
        return found

    def schedule(self) -> Schedule:
        """The schedule that a valid form says, not saved."""
        found: Schedule = self.instance
        data = self.cleaned_data
        if data.get("no_expiration_date"):
            found.expires_on = None
        if data.get("no_execution_limit"):
            found.execution_limit = None
        interval = data.get("interval")
        found.interval_minutes = interval.hour * 60 + interval.minute if interval else 0
        if data.get("ordinal_day"):
            chosen = data["ordinal_day"]
            found.ordinal_days = GROUPS.get(chosen) or [int(chosen)]
        found.filter_values, found.conditions = self.lines_of("filter"), self.lines_of("condition")
        return found


def _window(key: str) -> str:
    window = registry.WINDOWS.get(key)
    return f"{window.name} ({key})" if window else key


def _initial(schedule: Schedule | None) -> dict[str, Any]:
    """The values of the fields that the row keeps in another form."""
    if schedule is None:
        return {"no_expiration_date": True, "no_execution_limit": True, "interval": ONCE, "ordinal_day": "all"}
    days = list(schedule.ordinal_days)
    group = next((name for name, members in GROUPS.items() if members == days), None)
    next_at = schedule.next_execution_at
    shown = next_at.astimezone(ZoneInfo(schedule.time_zone)).strftime(LOCAL) if next_at else ""
    return {
        "no_expiration_date": schedule.expires_on is None,
        "no_execution_limit": schedule.execution_limit is None,
        "interval": f"{schedule.interval_minutes // 60:02}:{schedule.interval_minutes % 60:02}",
        "ordinal_day": group or (str(days[0]) if days else "all"),
        "next_execution": shown,
        "next_execution_seen": shown,
    }
