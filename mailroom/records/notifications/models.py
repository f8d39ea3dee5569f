"""Notification templates (SM204003)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.files.models import StoredFile
from mailroom.records.organisation.models import User


@audit.kept()
class NotificationTemplate(models.Model):
    """A text with placeholders that automatic mail is made from; one row a locale, empty is the base language."""

    notification_id = models.CharField(_("Notification ID"), max_length=64)
    description = models.CharField(_("Description"), max_length=150)
    from_account = models.ForeignKey(
        EmailAccount, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("From")
    )
    to = models.TextField(_("To"), blank=True)
    cc = models.TextField(_("CC"), blank=True)
    bcc = models.TextField(_("BCC"), blank=True)
    subject = models.TextField(_("Subject"), blank=True)
    window_id = models.CharField(_("Window ID"), max_length=16)
    locale = models.CharField(_("Locale"), max_length=16, blank=True)
    body = models.TextField(_("Message text area"), blank=True)
    shipped = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ("locale", "description")
        constraints = [
            models.UniqueConstraint(fields=("notification_id", "locale"), name="one_text_a_notification_and_locale")
        ]

    def __str__(self) -> str:
        return self.description


class TemplateVersion(models.Model):
    """A template as it once was: `values` are its fields by name; the newest version is what stands."""

    template = models.ForeignKey(NotificationTemplate, models.CASCADE, related_name="versions")
    saved_at = models.DateTimeField(null=True)  # None: as it was shipped
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    values = models.JSONField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.template} {self.saved_at or ''}".strip()


@audit.kept()
class TemplateFile(models.Model):
    """A file that every mail made of the template carries."""

    template = models.ForeignKey(NotificationTemplate, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


@audit.kept()
class RegisteredTemplate(models.Model):
    """The template by which people are told of an event; without one nobody is told."""

    event = models.CharField(max_length=40, unique=True)
    template = models.ForeignKey(NotificationTemplate, models.PROTECT, null=True, blank=True, related_name="registered")

    def __str__(self) -> str:
        return f"{self.event}: {self.template or ''}"
