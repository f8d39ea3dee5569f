"""The SM204002 options that incoming processing obeys: the processing and the assignment tab."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.assignment.models import AssignmentMap
from mailroom.records.crm.models import CaseClass
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import Employee


class DeleteAfterProcessing(models.TextChoices):
    """Which messages are deleted after processing."""

    ANY = "any", _("Any")
    FAILED = "failed", _("Failed")
    SUCCESSFUL = "successful", _("Successful")


@audit.kept()
class ProcessingOptions(models.Model):
    """How an account's incoming mail is processed."""

    account = models.OneToOneField(EmailAccount, models.CASCADE, primary_key=True, related_name="processing")
    activate_incoming_processing = models.BooleanField(_("Activate incoming processing"), default=False)
    confirm_receipt = models.BooleanField(_("Confirm receipt"), default=False)
    confirmation_template = models.ForeignKey(
        NotificationTemplate,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Confirmation template"),
    )
    create_new_case = models.BooleanField(_("Create new case"), default=False)
    new_case_class = models.ForeignKey(
        CaseClass, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("New case class")
    )
    case_assignment_map = models.ForeignKey(
        AssignmentMap, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Case assignment map")
    )
    attach_to_business_account_or_contact_or_lead = models.BooleanField(
        _("Attach to business account or contact or lead"), default=False
    )
    create_new_lead = models.BooleanField(_("Create new lead"), default=False)
    reply_to_unassigned_emails = models.BooleanField(_("Reply to unassigned emails"), default=False)
    reply_template = models.ForeignKey(
        NotificationTemplate, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Reply template")
    )
    delete_messages_after_processing = models.BooleanField(_("Delete messages after processing"), default=False)
    delete_which_messages = models.CharField(
        _("Delete messages after processing"),
        max_length=10,
        choices=DeleteAfterProcessing.choices,
        default=DeleteAfterProcessing.ANY,
    )
    add_brief_information_about_references = models.BooleanField(
        _("Add brief information about references"), default=False
    )
    automatic_replies_per_hour = models.PositiveSmallIntegerField(
        _("Most automatic replies an hour to one address"), default=5
    )
    email_assignment_map = models.ForeignKey(
        AssignmentMap, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Email assignment map")
    )

    def __str__(self) -> str:
        return str(self.account)


class StepOutcome(models.Model):
    """What one step did with one email: the answer to “why did it go there?”."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    position = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=40)
    outcome = models.CharField(
        max_length=8, choices=[("did", _("Did")), ("skipped", _("Skipped")), ("failed", _("Failed"))]
    )
    reason = models.TextField()

    class Meta:
        ordering = ("id",)


class AutomaticReply(models.Model):
    """One automatic reply to an email; without an `email` it was held back so that no loop comes of it.

    `address` is the comparable form of whom it went to: what the guards against loops count by.
    """

    kind = models.CharField(max_length=20)
    answered = models.ForeignKey(Email, models.CASCADE, related_name="automatic_replies")
    email = models.ForeignKey(Email, models.CASCADE, null=True, related_name="+")
    address = models.TextField()
    domain = models.CharField(max_length=255)
    stopped = models.CharField(max_length=300, blank=True)  # whose replies were stopped: the subject of the alert
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("kind", "answered"), name="one_automatic_reply_a_kind")]
        indexes = [
            models.Index(fields=("address", "at"), name="automatic_reply_address"),
            models.Index(fields=("domain", "at"), name="automatic_reply_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"


class RoutedCopy(models.Model):
    """A copy that was sent to an employee of an email that concerns him; its tag tells whose answer an answer is."""

    email = models.OneToOneField(Email, models.CASCADE, primary_key=True, related_name="routed")
    original = models.ForeignKey(Email, models.CASCADE, related_name="routed_copies")
    employee = models.ForeignKey(Employee, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("original", "employee"), name="one_copy_an_employee")]

    def __str__(self) -> str:
        return f"{self.original} → {self.employee}"


class HeldAnswer(models.Model):
    """An employee's answer that waits for his yes: once it is sent, the other owners get their copies."""

    answer = models.OneToOneField(Email, models.CASCADE, primary_key=True, related_name="held_answer")
    written = models.ForeignKey(Email, models.CASCADE, related_name="+")
    answered = models.ForeignKey(RoutedCopy, models.CASCADE, related_name="+")
    copied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("answer",), condition=models.Q(copied_at=None), name="held_answer_uncopied")]

    def __str__(self) -> str:
        return str(self.answer)


class MadeRecord(models.Model):
    """A case or lead that an incoming mail made, by what it was made from: nothing is made twice of the same."""

    identity = models.CharField(max_length=80, unique=True)
    record_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.identity} {self.record_id or ''}".strip()
