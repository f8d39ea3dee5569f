"""Keeping the system locales (SM200550): which codes are known, and that the default one stays."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _

from mailroom.records.organisation.models import SystemLocale

LONGEST_CODE, LONGEST_DESCRIPTION = 16, 80


class Invalid(ValueError):
    """What a locale may not have: a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


class InUse(ValueError):
    """The default locale is neither deleted nor made inactive; the text says what to do first."""


def is_known(code: str) -> bool:
    """Whether dates and numbers can be written in the language of this code, such as nb or en-GB."""
    return check_for_language(code.lower()) or code.lower() in dict(settings.LANGUAGES)


def time_zones() -> list[tuple[str, str]]:
    """Every zone by its name, for people to choose from."""
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


def zone_of(language: str) -> ZoneInfo:
    """In which zone a stranger of this language is told of moments: his locale's, else that of the default one."""
    rows = {one.code.lower(): one for one in SystemLocale.objects.filter(active=True)}
    default = next((one for one in rows.values() if one.default), SystemLocale())
    return ZoneInfo(rows.get(language.lower(), default).time_zone)


def speaking() -> translation.override:
    """The language in which the system notes what everybody reads: the default locale's, else English."""
    code = SystemLocale.objects.filter(default=True, active=True).values_list("code", flat=True).first()
    try:
        return translation.override(translation.get_supported_language_variant((code or "").lower()))
    except LookupError:
        return translation.override(settings.LANGUAGE_CODE)


def save(code: str, description: str, active: bool = True, time_zone: str | None = None) -> SystemLocale:
    """Create the locale or change it; without a time zone it keeps its own. Raises Invalid, InUse."""
    errors = {}
    if not code or len(code) > LONGEST_CODE or not is_known(code):
        errors["code"] = _("“%(code)s” is no known language code.") % {"code": code[:LONGEST_CODE]}
    if not description.strip() or len(description) > LONGEST_DESCRIPTION or "\x00" in description:
        errors["description"] = _("Fill in this field.")
    if time_zone is not None and time_zone not in available_timezones():
        errors["time_zone"] = _("There is no such time zone. Choose one such as Europe/Oslo.")
    if errors:
        raise Invalid(errors)
    locale = SystemLocale.objects.filter(code__iexact=code).first() or SystemLocale(code=code)
    if locale.default and not active:
        raise InUse(_("Make another locale the default one first."))
    locale.description, locale.active = description, active
    locale.time_zone = time_zone or locale.time_zone
    locale.save()
    return locale


@transaction.atomic
def make_default(locale: SystemLocale) -> None:
    """Make it the one that new people and templates begin with; it becomes active."""
    for other in SystemLocale.objects.filter(default=True).exclude(pk=locale.pk):
        other.default = False
        other.save(update_fields=["default"])
    locale.default = locale.active = True
    locale.save(update_fields=["default", "active"])


def delete(locale: SystemLocale) -> None:
    """Take it away. Raises InUse for the default one."""
    if locale.default:
        raise InUse(_("Make another locale the default one first."))
    locale.delete()
