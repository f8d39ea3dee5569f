"""What the receiving flow keeps: options, cursors, what was seen on a server, quarantine."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User, Workgroup


class AfterReceiving(models.TextChoices):
    """What becomes of a mail on the server once it is stored here."""

    LEAVE = "leave", _("Leave it as it is")
    MARK_READ = "mark_read", _("Mark it as read")
    MOVE = "move", _("Move it to a folder")


@audit.kept()
class ReceivingOptions(models.Model):
    """The options of SM204002 that receiving obeys (Content tab and the rhythm of fetching)."""

    account = models.OneToOneField(EmailAccount, models.CASCADE, primary_key=True, related_name="receiving")
    receive_every_seconds = models.PositiveIntegerField(_("Receive every (seconds)"), default=60)
    push = models.BooleanField(_("Be told of new mail at once (IDLE)"), default=True)
    remove_messages_from_server = models.BooleanField(_("Remove messages from server"), default=False)
    after_receiving = models.CharField(
        _("After receiving"), max_length=9, choices=AfterReceiving.choices, default=AfterReceiving.LEAVE
    )
    move_to_folder = models.CharField(_("Move to folder"), max_length=255, blank=True)
    read_subfolders = models.BooleanField(_("Read its subfolders too"), default=False)
    allowed_attachment_types = models.TextField(_("Allowed attachment types"), blank=True)
    discard_other_attachments = models.BooleanField(_("Discard other attachments"), default=False)
    largest_email_bytes = models.PositiveBigIntegerField(_("Largest email (bytes)"), default=52_428_800)
    trusted_authentication_hosts = models.TextField(_("Trusted authentication servers"), blank=True)
    last_try_at = models.DateTimeField(null=True, editable=False)
    last_receive_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    def __str__(self) -> str:
        return str(self.account)


class ReceivingState(models.Model):
    """How the last run over an account went, when the next one is due, and who listens for new mail (IDLE)."""

    account = models.OneToOneField(EmailAccount, models.CASCADE, primary_key=True, related_name="receiving_state")
    running_since = models.DateTimeField(null=True)
    last_seconds = models.FloatField(default=0)
    last_found = models.PositiveIntegerField(default=0)
    last_stored = models.PositiveIntegerField(default=0)
    lag_seconds = models.PositiveIntegerField(null=True)
    failures = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    watcher = models.CharField(max_length=64, blank=True)
    watched_until = models.DateTimeField(null=True)
    watched_since = models.DateTimeField(null=True)
    watch_error = models.TextField(blank=True)


@audit.kept()
class AccountFolder(models.Model):
    """One more folder of an account that is read, with the owner and work group of what comes into it."""

    account = models.ForeignKey(EmailAccount, models.CASCADE, related_name="folders")
    folder = models.CharField(_("Folder"), max_length=255)
    default_work_group = models.ForeignKey(
        Workgroup, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Default email work group")
    )
    default_owner = models.ForeignKey(
        Employee, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Default email owner")
    )

    class Meta:
        ordering = ("folder",)
        constraints = [models.UniqueConstraint(fields=("account", "folder"), name="one_row_an_account_folder")]

    def __str__(self) -> str:
        return self.folder


IMPORTED = "import:"  # such folders are paths that were imported, not folders of a server


class FolderCursor(models.Model):
    """How far one folder of an account has been read (RFC 3501 §2.3.1.1)."""

    account = models.ForeignKey(EmailAccount, models.CASCADE, related_name="cursors")
    folder = models.CharField(max_length=255)
    uidvalidity = models.BigIntegerField(default=0)
    highest_uid = models.BigIntegerField(default=0)
    unreadable = models.JSONField(default=list)
    left = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("account", "folder"), name="one_cursor_a_folder")]


class ServerMessage(models.Model):
    """A message once fetched from a server: it is never fetched or filed a second time for its account."""

    account = models.ForeignKey(EmailAccount, models.CASCADE, related_name="+")
    folder = models.CharField(max_length=255, blank=True)
    uidvalidity = models.BigIntegerField(default=0)
    uid = models.CharField(max_length=255)
    raw_sha256 = models.BinaryField(max_length=32)
    email = models.ForeignKey(Email, models.SET_NULL, null=True, related_name="+")
    cleaned_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # when the server was asked to move it; the answer makes it cleaned
    cut = models.BooleanField(default=False)  # only its header is here: the server keeps it until the rest is fetched

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("account", "folder", "uidvalidity", "uid"), name="one_row_a_server_message")
        ]
        indexes = [models.Index(fields=("account", "raw_sha256"), name="server_message_content")]


class Reconciliation(models.Model):
    """One comparison of an account's server with what is stored here; `folders` holds the counts of each."""

    account = models.ForeignKey(EmailAccount, models.CASCADE, related_name="reconciliations")
    at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    on_server = models.PositiveBigIntegerField(default=0)
    waiting = models.PositiveBigIntegerField(default=0)  # new: the next run fetches it
    gaps = models.PositiveBigIntegerField(default=0)  # on the server, passed over by the cursor, and not here
    gone = models.PositiveBigIntegerField(default=0)  # here, and gone from the server by somebody else's hand
    folders = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=("account", "-id"), name="reconciliations_of_account")]


class Gap(models.Model):
    """A mail that a server holds and that is not here."""

    class State(models.TextChoices):
        OPEN = "open", _("Not here")
        FETCHED = "fetched", _("Fetched")
        GONE = "gone", _("Gone from the server")

    reconciliation = models.ForeignKey(Reconciliation, models.CASCADE, related_name="found")
    folder = models.CharField(max_length=255, blank=True)
    uidvalidity = models.BigIntegerField(default=0)
    uid = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(default=0)
    subject = models.TextField(blank=True)
    sender = models.TextField(blank=True)
    date = models.DateTimeField(null=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)

    class Meta:
        ordering = ("pk",)


class QuarantinedMessage(models.Model):
    """A mail that could not be taken normally: kept raw with its reason until a person closes it."""

    account = models.ForeignKey(EmailAccount, models.CASCADE, related_name="quarantine")
    raw_sha256 = models.BinaryField(max_length=32)
    size = models.PositiveBigIntegerField()
    reason = models.TextField()
    step = models.CharField(max_length=40)
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_how = models.CharField(max_length=16, blank=True)
    closed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=("closed_at", "at", "id"), name="quarantine_by_time")]
