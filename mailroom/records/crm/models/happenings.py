"""What happened to a record and is to be told: a row until somebody looked whom to tell."""

from django.db import models

from mailroom.records.organisation.models import User


class Happening(models.Model):
    """One event of one record; `by` is who did it, nobody for a program."""

    event = models.CharField(max_length=40)
    entity_type = models.CharField(max_length=32)
    entity_id = models.BigIntegerField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.event} {self.entity_type} {self.entity_id}"
