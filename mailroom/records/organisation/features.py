"""Which functionalities are switched on (CS100000), and which locales are in use (SM200550)."""

from django.conf import settings

from mailroom.base import prepared
from mailroom.records.organisation.models import Features, SystemLocale

ROW = 1
KNOWN = tuple(field.name for field in Features._meta.concrete_fields if field.name != "id")


def read() -> Features:
    """The one row of switches."""
    return Features.objects.get_or_create(pk=ROW)[0]


def is_on(name: str) -> bool:
    """Whether a functionality is switched on; before anybody has chosen, each has its default."""
    return name in switched_on()


def switched_on() -> frozenset[str]:
    """The names of all functionalities that are on."""
    rows = prepared.objects(Features, ("features",), lambda: Features.objects.filter(pk=ROW))
    row = rows[0] if rows else Features()
    return frozenset(name for name in KNOWN if getattr(row, name))


def locales() -> list[tuple[str, str]]:
    """Code and name of every locale in use, the default one first."""
    rows = SystemLocale.objects.filter(active=True).order_by("-default", "code")
    return list(rows.values_list("code", "description")) or [(code, str(name)) for code, name in settings.LANGUAGES]
