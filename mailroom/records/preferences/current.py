"""The email preferences in force: one row, made with its defaults when it is first asked for."""

from typing import Any

from django.db.models import QuerySet

from mailroom.base import prepared
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications import standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import PersonSetting, User
from mailroom.records.preferences.models import EmailPreferences

ROW = 1
PERSONS_DEFAULT_ACCOUNT = "default_email_account"
TEMPLATES = {
    "new_user_welcome_email_template": standard.WELCOME,
    "password_changed_email_template": standard.PASSWORD_CHANGED,
    "login_recovery_email_template": standard.LOGIN_RECOVERY,
    "password_recovery_email_template": standard.PASSWORD_RECOVERY,
}


def read() -> EmailPreferences:
    """The one row; a new one names the shipped templates."""
    found = EmailPreferences.objects.filter(pk=ROW).first()
    return found or EmailPreferences.objects.get_or_create(pk=ROW, defaults=_shipped_templates())[0]


def _shipped_templates() -> dict[str, NotificationTemplate | None]:
    return {field: standard.find(notification_id) for field, notification_id in TEMPLATES.items()}


def is_suspended() -> bool:
    """Whether *Suspend email processing* is on: then nothing is sent or received except security mail."""
    return bool(prepared.values(("suspended",), _suspended))


def _suspended() -> QuerySet[EmailPreferences, Any]:
    return EmailPreferences.objects.filter(pk=ROW, suspend_email_processing=True).values_list("pk")


def default_account_for(user: User | None) -> EmailAccount | None:
    """The account a person writes from: the own default, else the system's, else any active shared one."""
    if user is not None:
        chosen = (
            PersonSetting.objects.filter(user=user, name=PERSONS_DEFAULT_ACCOUNT)
            .values_list("value", flat=True)
            .first()
        )
        own = EmailAccount.objects.filter(pk=chosen, active=True).first() if isinstance(chosen, int) else None
        if own is not None and own.personal_owner_id in {None, user.pk}:
            return own
    default = read().default_email_account
    if default is not None and default.active:
        return default
    return EmailAccount.objects.filter(active=True, personal_owner=None).order_by("pk").first()
