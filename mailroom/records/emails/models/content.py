"""What only an open mail needs: bodies, headers, recipients, files."""

from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from mailroom.records.emails import facts
from mailroom.records.emails.models.email import Email
from mailroom.records.files.models import StoredFile
from mailroom.records.organisation.models import User


class EmailContent(models.Model):
    """The bodies and headers of a mail."""

    email = models.OneToOneField(Email, models.CASCADE, primary_key=True, related_name="content")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)  # read by `noted`
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    @cached_property
    def reply_text(self) -> str:
        """What the sender wrote, without quotes and signature: told from the bodies when it is asked for."""
        from mailroom.mime import replies  # read only when asked for: its patterns are costly to load

        return replies.reply_text(self.text, self.html, derived=bool(self.noted.get("text_is_derived")))

    @property
    def noted(self) -> dict[str, Any]:
        """The facts; none where the column holds no object."""
        return facts.known(self.facts)


class AddressKind(models.TextChoices):
    """In which header field an address stands."""

    TO = "to", _("To")
    CC = "cc", _("Cc")
    BCC = "bcc", _("Bcc")
    REPLY_TO = "reply_to", _("Reply-To")


class Outcome(models.TextChoices):
    """What became of a mail for one recipient."""

    NONE = "", ""
    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    IN_DOUBT = "in_doubt", _("In doubt")
    BOUNCED = "bounced", _("Bounced")


class Recipient(models.Model):
    """One address of a mail; on outgoing mail the ledger of its delivery."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="recipients")
    kind = models.CharField(max_length=8, choices=AddressKind.choices)
    position = models.PositiveIntegerField(default=0)
    name = models.TextField(blank=True)
    address = models.TextField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    reply = models.TextField(blank=True)
    outcome_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("position",)
        indexes = [models.Index(fields=("address",), name="recipient_address")]


class Attachment(models.Model):
    """A file of a mail. `state` tells whether the reader gets it."""

    class State(models.TextChoices):
        DELIVERED = "delivered", _("Delivered")
        QUARANTINED = "quarantined", _("Quarantined")
        DISCARDED = "discarded", _("Discarded")

    email = models.ForeignKey(Email, models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    position = models.PositiveIntegerField(default=0)
    name = models.TextField(blank=True)
    content_type = models.CharField(max_length=255, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    content_id = models.TextField(blank=True)
    inline = models.BooleanField(default=False)
    state = models.CharField(max_length=11, choices=State.choices, default=State.DELIVERED)
    state_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("position",)
        indexes = [
            models.Index(fields=("id",), condition=models.Q(state="quarantined"), name="quarantined_attachments")
        ]


class EmailReference(models.Model):
    """A Message-ID that a mail bears or names: what threads are found by."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="references")
    message_id = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=("message_id",), name="reference_message_id")]
