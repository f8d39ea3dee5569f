"""A filter kept under a name, as a tab of its window."""

from django.db import models

from mailroom.base import audit
from mailroom.records.organisation.models import User


@audit.kept()
class SavedFilter(models.Model):
    """The lines of Filter settings under a name, with the columns that its list is sorted by ("from,-date").

    `shared` ones are everybody's to use and their owner's to change.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="filters")
    window_id = models.CharField(max_length=16)
    name = models.CharField(max_length=60)
    lines = models.JSONField(default=list)
    sort = models.CharField(max_length=200, blank=True)
    shared = models.BooleanField(default=False)

    class Meta:
        ordering = ("name", "pk")
        constraints = [models.UniqueConstraint(fields=("owner", "window_id", "name"), name="one_filter_a_name")]

    def __str__(self) -> str:
        return self.name
