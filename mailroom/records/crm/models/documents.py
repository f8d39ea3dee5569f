"""Business documents that an installation brings, expense receipts (EP301020), files of a record, number series."""

from decimal import Decimal

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.crm.models.relations import BusinessAccount
from mailroom.records.files.models import StoredFile
from mailroom.records.organisation.models import Employee, User

THREE_LETTERS = RegexValidator(r"^[A-Z]{3}\Z", _("Three capital letters, such as NOK."))


class DocumentType(models.TextChoices):
    """The kinds of documents that an email can be linked to, by the words of the Related entity dialog."""

    PURCHASE_INVOICE = "purchase_invoice", _("Purchase invoice")
    SALES_INVOICE = "sales_invoice", _("Sales invoice/note")
    EXPENSE = "expense", _("Expense")
    GENERAL_LEDGER_BATCH = "general_ledger_batch", _("General ledger batch")
    OPPORTUNITY = "opportunity", _("Opportunity")
    PURCHASE_ORDER = "purchase_order", _("Purchase order")
    PURCHASE_RECEIPT = "purchase_receipt", _("Purchase receipt")
    SALES_ORDER = "sales_order", _("Sales order")
    SHIPMENT = "shipment", _("Shipment")


@audit.kept()
class BusinessDocument(models.Model):
    """A document kept elsewhere, known here by type and number so that mail can be linked to it."""

    type = models.CharField(_("Type"), max_length=32, choices=DocumentType.choices)
    number = models.CharField(_("Number"), max_length=40)
    description = models.CharField(_("Description"), max_length=200, blank=True)
    date = models.DateField(_("Date"), null=True, blank=True)
    business_account = models.ForeignKey(
        BusinessAccount, models.SET_NULL, null=True, blank=True, related_name="documents"
    )
    currency = models.CharField(_("Currency"), max_length=3, blank=True, validators=[THREE_LETTERS])

    class Meta:
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=("type", "number"), name="one_document_a_number")]

    def __str__(self) -> str:
        name = f"{DocumentType(self.type).label} {self.number}"
        return f"{name} {self.description}" if self.description else name

    @property
    def total(self) -> Decimal:
        """The sum of its lines."""
        return sum((line.amount for line in self.lines.all()), Decimal(0))


class DocumentLine(models.Model):
    """A detail line of a document: what was ordered, delivered or charged."""

    document = models.ForeignKey(BusinessDocument, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("Line"))
    item = models.CharField(_("Item"), max_length=60, blank=True)
    description = models.CharField(_("Description"), max_length=255, blank=True)
    quantity = models.DecimalField(_("Quantity"), max_digits=14, decimal_places=3, default=1)
    unit_price = models.DecimalField(_("Unit price"), max_digits=14, decimal_places=2, default=0)
    amount = models.DecimalField(_("Amount"), max_digits=14, decimal_places=2, default=0)

    class Meta:
        ordering = ("document", "position")
        constraints = [models.UniqueConstraint(fields=("document", "position"), name="one_line_a_position")]

    def __str__(self) -> str:
        return f"{self.position} {self.description}"


@audit.kept()
class ExpenseReceipt(models.Model):
    """What an employee paid for the company (EP301020)."""

    class Status(models.TextChoices):
        ON_HOLD = "on_hold", _("On hold")
        OPEN = "open", _("Open")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    receipt_id = models.CharField(_("Receipt number"), max_length=32, unique=True)
    date = models.DateField(_("Date"))
    description = models.CharField(_("Description"), max_length=255)
    amount = models.DecimalField(_("Amount"), max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(_("Currency"), max_length=3, default="NOK", validators=[THREE_LETTERS])
    status = models.CharField(_("Status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    employee = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    note = models.TextField(_("Note"), blank=True)

    class Meta:
        ordering = ("-date", "-id")
        indexes = [models.Index(fields=("-date", "-id"), name="expense_receipt_date")]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.description}"


@audit.kept()
class EntityFile(models.Model):
    """A file of a record of any type; its content may be that of a mail's attachment, stored once."""

    entity_type = models.CharField(max_length=32)
    entity_id = models.BigIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    comment = models.ForeignKey(
        "crm.CaseComment", models.SET_NULL, null=True, blank=True, related_name="files", editable=False
    )

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=("entity_type", "entity_id", "id"), name="file_of_entity")]

    def __str__(self) -> str:
        return self.name


class NumberSeries(models.Model):
    """The last number given to a kind of record."""

    series = models.CharField(max_length=32, unique=True)
    last = models.PositiveBigIntegerField(default=0)
