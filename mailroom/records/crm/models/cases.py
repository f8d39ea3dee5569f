"""Cases and their classes (CR306000)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.records.crm.models.relations import BusinessAccount, Contact
from mailroom.records.organisation.models import Employee, Workgroup


class CaseClass(models.Model):
    """A kind of case."""

    class_id = models.CharField(_("Case class ID"), max_length=32, unique=True)
    description = models.CharField(_("Description"), max_length=150, blank=True)

    class Meta:
        ordering = ("class_id",)

    def __str__(self) -> str:
        return self.description or self.class_id


class Case(models.Model):
    """A matter of a customer that somebody sees to."""

    case_id = models.CharField(_("Case ID"), max_length=32, unique=True)
    subject = models.CharField(_("Subject"), max_length=255)
    description = models.TextField(blank=True)
    status = models.CharField(_("Status"), max_length=24, default="new")
    reason = models.CharField(_("Reason"), max_length=40, blank=True)
    case_class = models.ForeignKey(CaseClass, models.PROTECT, null=True, blank=True)
    business_account = models.ForeignKey(BusinessAccount, models.SET_NULL, null=True, blank=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    workgroup = models.ForeignKey(Workgroup, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.case_id} {self.subject}"
