"""What a person sets for himself (SM203010): one list of settings with their rules, for the window and the API."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mailroom.mime import bodies
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import PersonSetting, User

LONGEST_SIGNATURE = 200_000
LONGEST_UNDO = 60
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "density": ("comfortable", "compact"),
    "single_keys": ("on", "off"),
    "remote_images": ("ask", "always"),
}
DEFAULTS: dict[str, Any] = {
    "default_email_account": None,
    "signature": "",
    "signature_new": True,
    "signature_replies": True,
    "undo_seconds": 10,
} | {name: values[0] for name, values in CHOICES.items()}
OF_USER = ("language", "time_zone")


class Invalid(ValueError):
    """Settings that cannot be: a sentence for each."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


def accounts_of(user: User) -> QuerySet[EmailAccount]:
    """The accounts that a person may write from: shared ones, and his own."""
    return EmailAccount.objects.filter(Q(personal_owner=None) | Q(personal_owner=user), active=True)


def read(user: User) -> dict[str, Any]:
    """All settings of a person; what was never set has its default."""
    stored = dict(PersonSetting.objects.filter(user=user, name__in=DEFAULTS).values_list("name", "value"))
    stored["default_email_account"] = stored.get("default_email_account") or None
    return DEFAULTS | stored | {name: getattr(user, name) for name in OF_USER}


def save(user: User, values: Mapping[str, Any]) -> None:
    """Keep some settings; raises Invalid with every wrong one, and then nothing is kept."""
    errors: dict[str, str] = {}
    good: dict[str, Any] = {}
    for name, value in values.items():
        try:
            good[name] = _rule(name, user)(value)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        for name in good.keys() & DEFAULTS.keys():
            PersonSetting.objects.update_or_create(user=user, name=name, defaults={"value": good[name]})
        of_user = {name: good[name] for name in OF_USER if name in good}
        if of_user:
            for name, value in of_user.items():
                setattr(user, name, value)
            user.save(update_fields=list(of_user))


def _rule(name: str, user: User) -> Callable[[Any], Any]:
    if name in CHOICES:
        return lambda value: _one_of(value, CHOICES[name])
    rules: dict[str, Callable[[Any], Any]] = {
        "default_email_account": lambda value: _account(value, user),
        "signature": _signature,
        "signature_new": _switch,
        "signature_replies": _switch,
        "undo_seconds": _seconds,
        "language": lambda value: _one_of(value, [code for code, _name in settings.LANGUAGES]),
        "time_zone": lambda value: _one_of(value, available_timezones()),
    }
    if name not in rules:
        raise ValueError(_("There is no such setting."))
    return rules[name]


def _one_of(value: Any, known: Any) -> str:
    if not isinstance(value, str) or value not in known:
        listed = ", ".join(sorted(known)) if len(known) < 10 else "Europe/Oslo"
        raise ValueError(_("Choose one such as %(known)s.") % {"known": listed})
    return value


def _account(value: Any, user: User) -> int:
    if value in (None, ""):
        return 0  # a setting's row holds no null
    row = accounts_of(user).filter(email_account_id__iexact=str(value)[:64].replace("\x00", "")).first()
    if row is None:
        raise ValueError(_("“%(value)s” is no account that you may write from.") % {"value": value})
    return row.pk


def _signature(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_SIGNATURE:
        raise ValueError(_("A signature is text of at most %(n)d characters.") % {"n": LONGEST_SIGNATURE})
    clean = bodies.sanitise_html(value)
    return clean if bodies.text_from_html(clean).strip() or "<img" in clean else ""


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("On or off."))  # noqa: TRY004 a person's value, told as one
    return value


def _seconds(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LONGEST_UNDO:
        raise ValueError(_("A number from 0 to %(n)d.") % {"n": LONGEST_UNDO})
    return value
