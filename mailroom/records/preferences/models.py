"""Email preferences (SM204001): one row for the whole installation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications.models import NotificationTemplate


class ArchiveEmails(models.IntegerChoices):
    """From which age on processed mail is archived; -1 switches it off."""

    NONE = -1, _("None")
    MONTHS_0 = 0, _("Older than 0 months")
    MONTHS_3 = 3, _("Older than 3 months")
    MONTHS_6 = 6, _("Older than 6 months")
    MONTHS_9 = 9, _("Older than 9 months")
    MONTHS_12 = 12, _("Older than 12 months")


def _template(label: object) -> "models.ForeignKey[NotificationTemplate | None, NotificationTemplate | None]":
    return models.ForeignKey(
        NotificationTemplate,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=label,  # type: ignore[arg-type]
    )


@audit.kept()
class EmailPreferences(models.Model):
    """The one row of site-wide email preferences; `preferences.current()` reads it."""

    default_email_account = models.ForeignKey(
        EmailAccount, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Default email account")
    )
    email_tag_prefix = models.CharField(_("Email tag prefix"), max_length=8, default="[#")
    email_tag_suffix = models.CharField(_("Email tag suffix"), max_length=8, default="]")
    archive_emails = models.SmallIntegerField(
        _("Archive emails"), choices=ArchiveEmails.choices, default=ArchiveEmails.NONE
    )
    automatic_resend_attempts = models.PositiveSmallIntegerField(_("Automatic resend attempts"), default=0)
    suspend_email_processing = models.BooleanField(_("Suspend email processing"), default=False)
    new_user_welcome_email_template = _template(_("New user welcome email template"))
    password_changed_email_template = _template(_("Password changed email template"))
    login_recovery_email_template = _template(_("Login recovery email template"))
    password_recovery_email_template = _template(_("Password recovery email template"))
    url_to_be_used_in_notifications = models.URLField(_("URL to be used in notifications"), blank=True)

    def __str__(self) -> str:
        return str(_("Email preferences"))
