"""Notification templates (SM204003)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.records.email_accounts.models import EmailAccount


class NotificationTemplate(models.Model):
    """A text with placeholders that automatic mail is made from."""

    notification_id = models.CharField(_("Notification ID"), max_length=64, unique=True)
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
        ordering = ("description",)

    def __str__(self) -> str:
        return self.description
