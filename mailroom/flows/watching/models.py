"""Alerts: one row a trouble, withdrawn when it is over; what an account is watched for; the workers' signs of life."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.email_accounts.models import EmailAccount


class Kind(models.TextChoices):
    """What can be wrong."""

    CANNOT_RECEIVE = "cannot_receive", _("Cannot receive")
    CANNOT_SEND = "cannot_send", _("Cannot send")
    CONSENT = "consent", _("Consent needed")
    CONSENT_ENDS = "consent_ends", _("Consent ends soon")
    TARGET_FOLDER = "target_folder", _("Folder missing")
    NO_MAIL = "no_mail", _("No email comes")
    OLDEST_PENDING = "oldest_pending", _("Email waits too long")
    QUARANTINE = "quarantine", _("Email quarantined")
    WORKER = "worker", _("Nothing is worked on")
    DISK = "disk", _("Disk nearly full")
    LOOP = "loop", _("Automatic replies stopped")


class Alert(models.Model):
    """One trouble, by its kind and subject; it is shown from `shows_at`, so that what is over soon troubles nobody.

    A trouble is open until it is withdrawn. `told_at` and `told_over_at`: when the administrators were mailed.
    """

    kind = models.CharField(max_length=16, choices=Kind.choices)
    subject = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(EmailAccount, models.CASCADE, null=True, related_name="alerts")
    words = models.TextField()
    advice = models.TextField(blank=True)
    since = models.DateTimeField()
    shows_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    told_over_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-since", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "subject"), condition=models.Q(withdrawn_at=None), name="one_open_alert_a_trouble"
            )
        ]
        indexes = [models.Index(fields=("withdrawn_at", "shows_at"), name="alert_open")]

    def __str__(self) -> str:
        return self.words


@audit.kept()
class WatchingOptions(models.Model):
    """What an account is watched for (SM204002, Alerts)."""

    account = models.OneToOneField(EmailAccount, models.CASCADE, primary_key=True, related_name="watching")
    alert_after_minutes = models.PositiveIntegerField(_("Alert when it fails for (minutes)"), default=15)
    no_mail_hours = models.PositiveIntegerField(_("Alert when no email comes for (hours)"), null=True, blank=True)
    oldest_pending_minutes = models.PositiveIntegerField(
        _("Alert when an email waits for (minutes)"), null=True, blank=True, default=60
    )
    consent_ends_days = models.PositiveSmallIntegerField(
        _("Alert before the consent ends (days)"), null=True, blank=True, default=7
    )
    consent_lasts_days = models.PositiveSmallIntegerField(_("Consent lasts (days)"), null=True, blank=True)

    def __str__(self) -> str:
        return str(self.account)


class Heartbeat(models.Model):
    """A worker's last sign of life: written by a task, so it says that tasks are run, not that a process stands."""

    worker = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()
