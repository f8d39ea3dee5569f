"""Addresses that mail came back from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.records.emails.models.email import Email


class BouncedAddress(models.Model):
    """An address whose server sent mail back, by its comparable form; mail that is written from it ends that."""

    class Kind(models.TextChoices):
        HARD = "hard", _("Bounced for good")
        SOFT = "soft", _("Bounced for now")

    key = models.TextField(unique=True)
    address = models.TextField()
    kind = models.CharField(max_length=4, choices=Kind.choices)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    report = models.ForeignKey(Email, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.address
