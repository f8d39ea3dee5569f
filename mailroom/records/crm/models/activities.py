"""Tasks (CR306020) and events (CR306030): what is to be done, and when people meet, often for another record."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.crm.models.cases import Level
from mailroom.records.organisation.models import Employee, User, Workgroup


class Activity(models.Model):
    """What tasks and events have in common; `related_entity_*` name the record that they are for."""

    subject = models.CharField(_("Subject"), max_length=255)
    description = models.TextField(_("Description"), blank=True)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    related_entity_type = models.CharField(max_length=32, blank=True)
    related_entity_id = models.BigIntegerField(null=True, blank=True)
    related_entity_description = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.subject


@audit.kept(without=("completed_at",))
class Task(Activity):
    """Something to be done."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        IN_PROCESS = "in_process", _("In process")
        COMPLETED = "completed", _("Completed")
        CANCELED = "canceled", _("Canceled")

    status = models.CharField(_("Status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    priority = models.CharField(_("Priority"), max_length=8, choices=Level.choices, default=Level.MEDIUM)
    start_on = models.DateField(_("Start date"), null=True, blank=True)
    due_on = models.DateField(_("Due date"), null=True, blank=True)
    workgroup = models.ForeignKey(Workgroup, models.SET_NULL, null=True, blank=True, related_name="+")
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=("related_entity_type", "related_entity_id", "-created_at"), name="task_entity"),
            models.Index(fields=("status", "due_on", "id"), name="task_due"),
            models.Index(fields=("-created_at", "-id"), name="task_all"),
        ]

    def clean(self) -> None:
        """What is due is not due before it starts."""
        if self.start_on and self.due_on and self.due_on < self.start_on:
            raise ValidationError({"due_on": _("The due date is before the start date.")})


@audit.kept()
class Event(Activity):
    """A meeting or call."""

    location = models.CharField(_("Location"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("Start time"))
    ends_at = models.DateTimeField(_("End time"))
    all_day = models.BooleanField(_("All day"), default=False)

    class Meta:
        ordering = ("-starts_at", "-id")
        indexes = [
            models.Index(fields=("related_entity_type", "related_entity_id", "-created_at"), name="event_entity"),
            models.Index(fields=("starts_at", "id"), name="event_start"),
        ]

    def clean(self) -> None:
        """It ends after it starts."""
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("The end is before the start.")})
