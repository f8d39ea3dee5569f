"""Canned texts: answers that are written once and used often."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.organisation.models import User, Workgroup


@audit.kept(without=("changed_at",))
class CannedText(models.Model):
    """A text of one person, of one work group, or, with neither, of everybody."""

    name = models.CharField(_("Name"), max_length=80)
    body = models.TextField(_("Text"))
    owner = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    workgroup = models.ForeignKey(
        Workgroup, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("Work group")
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "id")
        indexes = [models.Index(fields=("owner", "name"), name="canned_owner")]

    def __str__(self) -> str:
        return self.name
