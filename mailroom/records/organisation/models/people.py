"""Users (SM201010), employees (EP203000) and the company tree of workgroups."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit


class Role(models.TextChoices):
    """What a user may do; the words of the contract."""

    ADMINISTRATOR = "administrator", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")
    MARKETING = "marketing", _("Marketing")
    READER = "reader", _("Reader")
    API = "api", _("API client")


class UserManager(BaseUserManager["User"]):
    """Makes users with a hashed password, or with none when only a link or a token shall sign them in."""

    def create_user(self, login: str, email: str = "", password: str | None = None, **fields: Any) -> "User":
        """A saved user; `login` is folded to lower case."""
        user = self.model(login=login.lower(), email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this login, in any case."""
        return self.get(login=(username or "").lower())


@audit.kept(without=("last_login",), hidden=("password",))
class User(AbstractBaseUser):
    """A person or program that signs in (SM201010)."""

    login = models.CharField(_("Login"), max_length=64, unique=True)
    full_name = models.CharField(_("Name"), max_length=150, blank=True)
    email = models.EmailField(_("Email"), blank=True, help_text=_("Used where the employee has none."))
    role = models.CharField(_("Role"), max_length=16, choices=Role.choices, default=Role.AGENT)
    is_active = models.BooleanField(_("Active"), default=True)
    language = models.CharField(_("Language"), max_length=8, default="en")
    time_zone = models.CharField(_("Time zone"), max_length=64, default="Europe/Oslo")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("User")
        verbose_name_plural = _("Users")
        ordering = ("login",)

    def __str__(self) -> str:
        return self.full_name or self.login

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone; UTC for a name that no zone has."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def get_full_name(self) -> str:
        """The name people know."""
        return str(self)


@audit.kept()
class Workgroup(models.Model):
    """A team in the company tree; its default owner gets its work."""

    workgroup_id = models.CharField(_("Work group"), max_length=32, unique=True)
    description = models.CharField(_("Description"), max_length=120, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    default_owner = models.ForeignKey("Employee", models.SET_NULL, null=True, blank=True, related_name="+")
    active = models.BooleanField(_("Active"), default=True)

    class Meta:
        ordering = ("workgroup_id",)

    def __str__(self) -> str:
        return self.description or self.workgroup_id


@audit.kept(many=("workgroups",))
class Employee(models.Model):
    """Somebody who works here and may own mail (EP203000)."""

    employee_id = models.CharField(_("Employee ID"), max_length=32, unique=True)
    name = models.CharField(_("Name"), max_length=150)
    email = models.EmailField(_("Email"), blank=True, help_text=_("First choice for forwarding to this employee."))
    user = models.OneToOneField(User, models.SET_NULL, null=True, blank=True, related_name="employee")
    workgroups = models.ManyToManyField(Workgroup, blank=True, related_name="members")
    active = models.BooleanField(_("Active"), default=True)
    route_emails = models.BooleanField(_("Route emails"), default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
