"""What the sending flow keeps about an account: its limits and how its last session went."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base.sealed import SealedTextField
from mailroom.records.email_accounts.models import EmailAccount


class SendingOptions(models.Model):
    """The options of SM204002 that sending obeys."""

    account = models.OneToOneField(EmailAccount, models.CASCADE, primary_key=True, related_name="sending")
    send_every_seconds = models.PositiveIntegerField(_("Send every (seconds)"), default=10)
    limit_per_minute = models.PositiveIntegerField(_("Most emails a minute"), null=True, blank=True)
    limit_per_hour = models.PositiveIntegerField(_("Most emails an hour"), null=True, blank=True)
    limit_per_domain_per_minute = models.PositiveIntegerField(
        _("Most emails a minute to one recipient domain"), null=True, blank=True
    )
    most_sessions = models.PositiveSmallIntegerField(_("Most sessions at once"), default=1)
    resend_when_in_doubt = models.BooleanField(_("Send again when delivery is unknown"), default=False)
    copy_to_sent_folder = models.BooleanField(_("Copy sent emails to the server"), default=False)
    sent_folder = models.CharField(_("Sent folder (on server)"), max_length=255, default="Sent", blank=True)
    last_try_at = models.DateTimeField(null=True, editable=False)
    failed_sessions = models.PositiveIntegerField(default=0, editable=False)
    last_send_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)


class DkimKey(models.Model):
    """The key an account signs its mail with (RFC 6376)."""

    account = models.OneToOneField(EmailAccount, models.CASCADE, primary_key=True, related_name="dkim_key")
    domain = models.CharField(_("DKIM domain"), max_length=255)
    selector = models.CharField(_("DKIM selector"), max_length=63)
    private_key = SealedTextField(_("DKIM private key"))
