"""Long work that a person started and can watch or cancel."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.records.organisation.models.people import User


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELED = "canceled", _("Canceled")
    FAILED = "failed", _("Failed")


LIVE = (JobState.WAITING, JobState.RUNNING)


class Job(models.Model):
    """One run of Process, Send all, import and the like: counts, progress and a result for each row."""

    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    window_id = models.CharField(max_length=16, blank=True)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="jobs")
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    unit = models.CharField(max_length=40, default="emails")
    results = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("owner", "state", "-id"), name="jobs_of_person")]
