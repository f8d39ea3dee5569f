"""Internal notes on an email, and the people they mention."""

from django.db import models

from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User


class Note(models.Model):
    """What a colleague says about an email, for colleagues alone; it is never sent."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        ordering = ("id",)


class Mention(models.Model):
    """A person named in a note: unread until he opens the email, told once by a toast."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, models.CASCADE, related_name="mentions")
    told_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("note", "user"), name="one_mention_a_person")]
        indexes = [models.Index(fields=("user", "read_at", "-id"), name="mention_unread")]
