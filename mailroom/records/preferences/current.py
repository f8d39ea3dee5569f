"""The email preferences in force: one row, made with its defaults when it is first asked for."""

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import PersonSetting, User
from mailroom.records.preferences.models import EmailPreferences

ROW = 1
PERSONS_DEFAULT_ACCOUNT = "default_email_account"


def read() -> EmailPreferences:
    """The one row."""
    return EmailPreferences.objects.get_or_create(pk=ROW)[0]


def is_suspended() -> bool:
    """Whether *Suspend email processing* is on: then nothing is sent or received except security mail."""
    return EmailPreferences.objects.filter(pk=ROW, suspend_email_processing=True).exists()


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
