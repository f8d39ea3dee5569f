"""Who looks at an email or answers it at this moment."""

from django.db import models

from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User


class Doing(models.TextChoices):
    """What somebody does with an email."""

    READING = "reading"
    REPLYING = "replying"


class Presence(models.Model):
    """A heartbeat: renewed while the page is open, worth nothing after `until`."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    doing = models.CharField(max_length=8, choices=Doing.choices)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("email", "user"), name="one_presence_a_person")]
        indexes = [models.Index(fields=("until",), name="presence_until")]
