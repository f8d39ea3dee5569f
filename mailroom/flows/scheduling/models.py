"""Automation schedules (SM205020) and the history of their runs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.organisation.models import User


@audit.kept(without=("next_execution_at",))
class Schedule(models.Model):
    """When an action of a window runs by itself, over what, and for how long."""

    class Type(models.TextChoices):
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")
        MONTHLY = "monthly", _("Monthly")
        PERIOD = "period", _("By financial period")

    class MonthlyOn(models.TextChoices):
        DAY = "day", _("On day")
        ORDINAL = "ordinal", _("On the")
        PERIOD_START = "start", _("Start of period")
        PERIOD_END = "end", _("End of period")

    description = models.CharField(_("Description"), max_length=150)
    active = models.BooleanField(_("Active"), default=True)
    window_id = models.CharField(_("Window ID"), max_length=16)
    action = models.CharField(_("Action"), max_length=64)
    starts_on = models.DateField(_("Starts on"))
    expires_on = models.DateField(_("Expires on"), null=True, blank=True)
    execution_limit = models.PositiveIntegerField(_("Execution limit"), null=True, blank=True)
    executed = models.PositiveIntegerField(_("Executed"), default=0, editable=False)
    history_to_keep = models.PositiveIntegerField(_("Executions to keep in history"), default=100)
    deactivate_after_aborted_runs = models.PositiveSmallIntegerField(
        _("Deactivate after aborted runs"), null=True, blank=True, default=10
    )
    aborted_in_a_row = models.PositiveSmallIntegerField(default=0, editable=False)
    time_zone = models.CharField(_("Time zone"), max_length=64, default="UTC")

    schedule_type = models.CharField(_("Schedule type"), max_length=8, choices=Type.choices, default=Type.DAILY)
    every = models.PositiveSmallIntegerField(_("Every"), default=1)
    weekdays = models.JSONField(default=list, blank=True)
    monthly_on = models.CharField(max_length=8, choices=MonthlyOn.choices, default=MonthlyOn.DAY)
    month_day = models.PositiveSmallIntegerField(_("Day of the month"), default=1)
    ordinal = models.PositiveSmallIntegerField(default=1)
    ordinal_days = models.JSONField(default=list, blank=True)
    start_time = models.TimeField(_("Starts at"), default="00:00")
    stop_time = models.TimeField(_("Stops at"), null=True, blank=True)
    interval_minutes = models.PositiveIntegerField(_("Every"), default=0)
    next_execution_at = models.DateTimeField(_("Next execution date"), null=True, blank=True)
    last_execution_at = models.DateTimeField(_("Last executed on"), null=True, editable=False)

    filter_values = models.JSONField(default=list, blank=True)
    conditions = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_holder = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ("description",)
        indexes = [models.Index(fields=("active", "next_execution_at"), name="schedules_due")]

    def __str__(self) -> str:
        return self.description


class ScheduleRun(models.Model):
    """One run of a schedule: how it ended, its counts, and what went wrong line by line."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        WITH_ERRORS = "with_errors", _("With errors")
        ABORTED = "aborted", _("Aborted")

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="runs")
    state = models.CharField(max_length=11, choices=State.choices, default=State.RUNNING)
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    processed = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=("schedule", "-id"), name="runs_of_schedule")]
