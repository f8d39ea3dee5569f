"""Emails that a person put off."""

from django.db import models

from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User


class Snooze(models.Model):
    """An email out of one person's list until a moment; then on top of it until he opens it."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="snoozes")
    user = models.ForeignKey(User, models.CASCADE, related_name="snoozes")
    until = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("email", "user"), name="one_snooze_a_person")]
        indexes = [models.Index(fields=("user", "until"), name="snooze_of_person")]
