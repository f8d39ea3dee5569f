"""Conversations that people joined or parted by hand."""

from django.db import models

from mailroom.records.emails.models import Thread
from mailroom.records.organisation.models import User


class ThreadChange(models.Model):
    """Emails moved from one conversation to another: all that Undo needs."""

    kind = models.CharField(max_length=5, choices=[("merge", "merge"), ("split", "split")])
    source = models.ForeignKey(Thread, models.CASCADE, related_name="+")
    target = models.ForeignKey(Thread, models.CASCADE, related_name="+")
    email_ids = models.JSONField(default=list)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
