"""Addresses written to or from: what To, Cc and Bcc suggest, and the domains that are known."""

from django.db import models

from mailroom.records.organisation.models import User


class Correspondent(models.Model):
    """One address that mail went to or came from; with an `owner` it was on that person's own account."""

    key = models.TextField(unique=True)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    address = models.TextField()
    name = models.TextField(blank=True)
    search = models.TextField()
    domain = models.TextField()
    has_written = models.BooleanField(default=False)
    last_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=("-last_at", "-id"), name="correspondent_recent"),
            models.Index(fields=("domain", "has_written"), name="correspondent_domain"),
        ]

    def __str__(self) -> str:
        return self.address
