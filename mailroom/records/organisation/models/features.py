"""What an installation has switched on (CS100000), and the locales it uses (SM200550)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit


@audit.kept()
class Features(models.Model):
    """The one row of switches; a switch that is off takes its windows and commands away and keeps their records."""

    case_management = models.BooleanField(_("Case management"), default=True)
    self_service_portal = models.BooleanField(_("Self-service portal"), default=False)

    def __str__(self) -> str:
        return str(_("Functionalities"))


@audit.kept()
class SystemLocale(models.Model):
    """A language with its forms of dates and numbers that people and templates may use."""

    code = models.CharField(_("Locale"), max_length=16, unique=True)
    description = models.CharField(_("Description"), max_length=80)
    active = models.BooleanField(_("Active"), default=True)
    default = models.BooleanField(_("Default"), default=False)
    time_zone = models.CharField(
        _("Time zone"),
        max_length=64,
        default="Europe/Oslo",
        help_text=_("Customers of this language see moments in it: in the portal, for instance."),
    )

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.description
