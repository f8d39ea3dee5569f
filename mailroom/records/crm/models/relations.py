"""Business accounts, contacts and leads."""

from django.core.validators import validate_email
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.organisation.models import Employee, Workgroup


@audit.kept()
class BusinessAccount(models.Model):
    """A customer, supplier or prospect."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        SUPPLIER = "supplier", _("Supplier")
        PROSPECT = "prospect", _("Prospect")

    account_id = models.CharField(_("Business account"), max_length=32, unique=True)
    name = models.CharField(_("Name"), max_length=150)
    kind = models.CharField(_("Type"), max_length=8, choices=Kind.choices, default=Kind.CUSTOMER)
    email = models.CharField(_("Email"), max_length=254, blank=True, validators=[validate_email])
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    language = models.CharField(_("Language"), max_length=8, blank=True)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    workgroup = models.ForeignKey(Workgroup, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("name",)
        indexes = [
            models.Index(fields=("name", "id"), name="account_name"),
            models.Index(Lower("email"), name="account_email_folded"),
        ]

    def __str__(self) -> str:
        return self.name


@audit.kept()
class Contact(models.Model):
    """A person at a business account (CR302000)."""

    name = models.CharField(_("Name"), max_length=150)
    email = models.CharField(_("Email"), max_length=254, blank=True, validators=[validate_email])
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    position = models.CharField(_("Position"), max_length=120, blank=True)
    business_account = models.ForeignKey(
        BusinessAccount, models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    active = models.BooleanField(_("Active"), default=True)
    description = models.TextField(_("Description"), blank=True)

    class Meta:
        ordering = ("name",)
        indexes = [
            models.Index(fields=("name", "id"), name="contact_name"),
            models.Index(Lower("email"), name="contact_email_folded"),
        ]

    def __str__(self) -> str:
        return self.name


@audit.kept()
class Lead(models.Model):
    """Somebody who may become a customer."""

    class Status(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("Open")
        CONVERTED = "converted", _("Converted")
        LOST = "lost", _("Lost")

    name = models.CharField(_("Name"), max_length=150)
    email = models.CharField(_("Email"), max_length=254, blank=True, validators=[validate_email])
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    company = models.CharField(_("Company"), max_length=150, blank=True)
    status = models.CharField(_("Status"), max_length=10, choices=Status.choices, default=Status.NEW)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    description = models.TextField(_("Description"), blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        indexes = [
            models.Index(fields=("name", "id"), name="lead_name"),
            models.Index(Lower("email"), name="lead_email_folded"),
        ]

    def __str__(self) -> str:
        return self.name
