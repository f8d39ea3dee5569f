"""Cases and their classes (CR306000)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.crm.models.relations import BusinessAccount, Contact, Lead
from mailroom.records.organisation.models import Employee, Workgroup


class CaseStatus(models.TextChoices):
    """Where a case stands."""

    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING_CUSTOMER = "pending_customer", _("Pending customer")
    CLOSED = "closed", _("Closed")


class CaseReason(models.TextChoices):
    """Why a case stands there."""

    UNASSIGNED = "unassigned", _("Unassigned")
    ASSIGNED = "assigned", _("Assigned")
    UPDATED = "updated", _("Updated")
    ESCALATED = "escalated", _("Escalated")
    MORE_INFORMATION = "more_information", _("More information requested")
    WAITING = "waiting", _("Waiting for confirmation")
    RESOLVED = "resolved", _("Resolved")
    REJECTED = "rejected", _("Rejected")
    DUPLICATE = "duplicate", _("Duplicate")
    ABANDONED = "abandoned", _("Abandoned")


class Level(models.TextChoices):
    """How severe or urgent a matter is."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


@audit.kept()
class CaseClass(models.Model):
    """A kind of case."""

    class_id = models.CharField(_("Case class ID"), max_length=32, unique=True)
    description = models.CharField(_("Description"), max_length=150, blank=True)
    reopen_within_days = models.PositiveSmallIntegerField(
        _("Reopen within days"),
        default=14,
        help_text=_("An email or comment opens a closed case again for so long; a later email opens a new one."),
    )

    class Meta:
        ordering = ("class_id",)

    def __str__(self) -> str:
        return self.description or self.class_id


@audit.kept()
class Case(models.Model):
    """A matter of a customer that somebody sees to."""

    case_id = models.CharField(_("Case ID"), max_length=32, unique=True)
    subject = models.CharField(_("Subject"), max_length=255)
    description = models.TextField(_("Description"), blank=True)
    status = models.CharField(_("Status"), max_length=24, choices=CaseStatus.choices, default=CaseStatus.NEW)
    reason = models.CharField(_("Reason"), max_length=40, choices=CaseReason.choices, blank=True)
    severity = models.CharField(_("Severity"), max_length=8, choices=Level.choices, default=Level.MEDIUM)
    priority = models.CharField(_("Priority"), max_length=8, choices=Level.choices, default=Level.MEDIUM)
    case_class = models.ForeignKey(CaseClass, models.PROTECT, null=True, blank=True)
    business_account = models.ForeignKey(BusinessAccount, models.SET_NULL, null=True, blank=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True)
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Lead"))
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    workgroup = models.ForeignKey(Workgroup, models.SET_NULL, null=True, blank=True, related_name="+")
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by", verbose_name=_("Follows case")
    )
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=("status", "-created_at", "-id"), name="case_status"),
            models.Index(fields=("owner", "-created_at", "-id"), name="case_owner"),
            models.Index(fields=("-created_at", "-id"), name="case_all"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.subject}"
