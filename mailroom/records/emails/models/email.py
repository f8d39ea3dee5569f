"""The Email row: what lists and queues show, for incoming and outgoing mail alike."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models.sort_key import SortKey
from mailroom.records.organisation.models import Employee, User, Workgroup


class Direction(models.TextChoices):
    """Which way a mail goes."""

    INCOMING = "incoming", _("Incoming")
    OUTGOING = "outgoing", _("Outgoing")


class Status(models.TextChoices):
    """The states of an email; `status.py` alone moves a mail between them."""

    DRAFT = "draft", _("Draft")
    PENDING = "pending", _("Pending processing")
    IN_PROCESS = "in_process", _("In process")
    PROCESSED = "processed", _("Processed")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")
    DELETED = "deleted", _("Deleted")


class Box(models.TextChoices):
    """The window that lists a mail: derived from direction, archived and deleted, kept for one index a list."""

    INCOMING = "incoming", _("Incoming")
    SENT = "sent", _("Sent")
    ARCHIVED = "archived", _("Archived")
    DELETED = "deleted", _("Deleted")


class Lane(models.IntegerChoices):
    """Who goes first in the send queue: a bulk run never delays a person's mail."""

    SECURITY = 0, _("Security")
    PERSON = 1, _("Person")
    NOTICE = 2, _("Notice")
    BULK = 3, _("Bulk")


# After the key an index holds what rights ask for, so that counting up to the bound reads no row.
SEEN_BY = ("account", "lane", "owner", "workgroup", "created_by")


class Thread(models.Model):
    """A conversation: mails tied by Message-ID, In-Reply-To and References, never by subject alone."""

    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    split_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")


class Email(models.Model):
    """One mail, received or to be sent."""

    direction = models.CharField(max_length=8, choices=Direction.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    status_before_delete = models.CharField(max_length=10, blank=True)
    box = models.CharField(max_length=8, choices=Box.choices)
    archived = models.BooleanField(default=False)
    read = models.BooleanField(default=False)
    lane = models.PositiveSmallIntegerField(choices=Lane.choices, default=Lane.PERSON)

    # Without an index of its own where one of those below begins with it: each costs whenever a mail moves.
    account = models.ForeignKey(EmailAccount, models.PROTECT, related_name="emails", db_index=False)
    thread = models.ForeignKey(Thread, models.PROTECT, null=True, related_name="emails", db_index=False)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    workgroup = models.ForeignKey(Workgroup, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    subject = models.TextField(blank=True)
    from_name = models.TextField(blank=True)
    from_address = models.TextField(blank=True)
    to_line = models.TextField(blank=True)
    cc_line = models.TextField(blank=True)
    bcc_line = models.TextField(blank=True)
    subject_key = SortKey("subject")
    from_key = SortKey("from_name", "from_address")
    to_key = SortKey("to_line")
    preview = models.CharField(max_length=200, blank=True)
    date = models.DateTimeField()
    created_at = models.DateTimeField()
    message_id = models.TextField(blank=True)
    automatic = models.CharField(max_length=16, default="none")
    size = models.PositiveBigIntegerField(default=0)
    attachment_count = models.PositiveIntegerField(default=0)

    related_entity_type = models.CharField(max_length=32, blank=True)
    related_entity_id = models.BigIntegerField(null=True, blank=True)
    related_entity_description = models.CharField(max_length=200, blank=True)

    start_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)  # outgoing and pending without one: held for a yes
    turn = models.PositiveIntegerField(default=0)
    cancel_if_answered = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_holder = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    failed_step = models.CharField(max_length=40, blank=True)
    idempotency_key = models.CharField(max_length=200, null=True, unique=True)
    raw_sha256 = models.BinaryField(max_length=32, null=True)

    class Meta:
        indexes = [
            models.Index(fields=("box", "-date", "-id", *SEEN_BY, "status"), name="email_box"),
            models.Index(fields=("-date", "-id", *SEEN_BY), name="email_all"),
            models.Index(fields=("direction", "-date", "-id", *SEEN_BY), name="email_direction"),
            models.Index(fields=("status", "-date", "-id", "box", *SEEN_BY), name="email_status"),
            models.Index(fields=("box", "status", "-date", "-id", *SEEN_BY), name="email_box_status"),
            models.Index(fields=("owner", "box", "-date", "-id", *SEEN_BY[:2], "workgroup"), name="email_owner"),
            models.Index(fields=("workgroup", "box", "-date", "-id", *SEEN_BY[:2]), name="email_workgroup"),
            models.Index(
                fields=("box", "-date", "-id", *SEEN_BY, "read"), name="email_unread", condition=models.Q(read=False)
            ),
            models.Index(fields=("box", "subject_key", "id", *SEEN_BY), name="email_box_subject"),
            models.Index(fields=("subject_key", "id", *SEEN_BY), name="email_subject"),
            models.Index(fields=("box", "from_key", "id", *SEEN_BY), name="email_box_from"),
            models.Index(fields=("from_key", "id", *SEEN_BY), name="email_from"),
            models.Index(
                fields=("box", "to_key", "id", *SEEN_BY), name="email_sent_to", condition=models.Q(box="sent")
            ),
            models.Index(fields=("related_entity_type", "related_entity_id", "-date"), name="email_entity"),
            models.Index(fields=("account", "status", "lane", "turn", "next_attempt_at"), name="email_queue"),
            models.Index(
                fields=("account", "status"),
                name="email_cancel_answered",
                condition=models.Q(cancel_if_answered=True),
            ),
            models.Index(fields=("message_id",), name="email_message_id"),
            models.Index(fields=("thread", "date"), name="email_thread"),
        ]

    def __str__(self) -> str:
        return self.subject or str(_("(No subject)"))
