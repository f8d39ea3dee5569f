"""What the sending flow keeps about an account: its limits and how its last session went."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.base.sealed import SealedTextField
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email


@audit.kept()
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
    learned_per_minute = models.PositiveIntegerField(null=True, editable=False)
    learned_per_session = models.PositiveIntegerField(null=True, editable=False)
    learned_at = models.DateTimeField(null=True, editable=False)
    pipelining_off_until = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return str(self.account)


@audit.kept()
class DkimKey(models.Model):
    """The key an account signs its mail with (RFC 6376)."""

    account = models.OneToOneField(EmailAccount, models.CASCADE, primary_key=True, related_name="dkim_key")
    domain = models.CharField(_("DKIM domain"), max_length=255)
    selector = models.CharField(_("DKIM selector"), max_length=63)
    private_key = SealedTextField(_("DKIM private key"))

    def __str__(self) -> str:
        return str(self.account)


class SendingSession(models.Model):
    """One SMTP session that a run holds open: no account has more of them than it allows, over all workers."""

    account = models.ForeignKey(EmailAccount, models.CASCADE, related_name="+")
    slot = models.PositiveSmallIntegerField()
    holder = models.CharField(max_length=64, db_index=True)
    lease_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("account", "slot"), name="sending_session_slot")]


class Mark(models.Model):
    """Written before the body of a mail goes over the wire; it carries the answer to the session's mail before it.

    A mail with a mark and no answer is in doubt when its run died.
    """

    holder = models.CharField(max_length=64, db_index=True)
    email_id = models.BigIntegerField()
    at = models.DateTimeField()
    answered = models.TextField(blank=True)


class SendingCount(models.Model):
    """How many mails an account offered in ten seconds, in all (an empty domain) and to one recipient domain."""

    account = models.ForeignKey(EmailAccount, models.CASCADE, related_name="+")
    domain = models.CharField(max_length=255, blank=True)
    begins_at = models.DateTimeField()
    mails = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("account", "domain", "begins_at"), name="sending_count_once"),
        ]


class SentCopy(models.Model):
    """A sent mail whose copy is still to be put into the server's Sent folder."""

    email = models.OneToOneField(Email, models.CASCADE, primary_key=True, related_name="sent_copy")
    account = models.ForeignKey(EmailAccount, models.CASCADE, related_name="+")
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=("account", "next_attempt_at"), name="sent_copy_due")]
