"""What happened to a mail: every change of its state, and every attempt to send it."""

from django.db import models

from mailroom.records.emails.models.email import Email
from mailroom.records.organisation.models import User


class StatusChange(models.Model):
    """One move of the state machine: who, when, why."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="status_changes")
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)


class Attempt(models.Model):
    """One try to hand a mail to a server: when, to whom, what it said."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="delivery_attempts")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    server = models.CharField(max_length=255, blank=True)
    outcome = models.CharField(max_length=16, blank=True)
    reply = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)


class LinkChange(models.Model):
    """One change of the record that a mail is an activity of: what it was, what it became, by whom."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="link_changes")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    before_type = models.CharField(max_length=32, blank=True)
    before_id = models.BigIntegerField(null=True)
    before_description = models.CharField(max_length=200, blank=True)
    after_type = models.CharField(max_length=32, blank=True)
    after_id = models.BigIntegerField(null=True)
    after_description = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
