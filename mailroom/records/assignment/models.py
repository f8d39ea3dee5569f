"""Assignment maps: ordered rules that give a mail its owner and work group."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.organisation.models import Employee, Workgroup


class Subject(models.TextChoices):
    """What a map gives to people."""

    EMAIL = "email", _("Emails")
    CASE = "case", _("Cases")


@audit.kept()
class AssignmentMap(models.Model):
    """A named, ordered set of rules; the first that matches wins."""

    map_id = models.CharField(_("Assignment map"), max_length=32, unique=True)
    description = models.CharField(_("Description"), max_length=150, blank=True)
    subject = models.CharField(_("Assigns"), max_length=8, choices=Subject.choices, default=Subject.EMAIL)

    class Meta:
        ordering = ("map_id",)

    def __str__(self) -> str:
        return self.description or self.map_id


@audit.kept()
class AssignmentRule(models.Model):
    """Conditions and who gets what they match."""

    assignment_map = models.ForeignKey(AssignmentMap, models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("Name"), max_length=80, blank=True)
    conditions = models.JSONField(default=list)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    owner_path = models.CharField(max_length=80, blank=True)
    workgroup = models.ForeignKey(Workgroup, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.assignment_map}: {self.position}"
