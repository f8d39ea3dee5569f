"""Business accounts, contacts and leads."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.records.organisation.models import Employee, Workgroup


class BusinessAccount(models.Model):
    """A customer, supplier or prospect."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        SUPPLIER = "supplier", _("Supplier")
        PROSPECT = "prospect", _("Prospect")

    account_id = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.CUSTOMER)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    language = models.CharField(max_length=8, blank=True)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    workgroup = models.ForeignKey(Workgroup, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person at a business account."""

    name = models.CharField(max_length=150)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    business_account = models.ForeignKey(
        BusinessAccount, models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Lead(models.Model):
    """Somebody who may become a customer."""

    name = models.CharField(max_length=150)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    company = models.CharField(max_length=150, blank=True)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
