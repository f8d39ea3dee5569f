"""The types of records that an email can be an activity of, and how each is found, described and opened.

A room or an installation that brings a type of its own registers it; nothing else has to know of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailroom.records.crm.models import (
    BusinessAccount,
    BusinessDocument,
    Campaign,
    Case,
    Contact,
    DocumentType,
    Event,
    ExpenseReceipt,
    Lead,
    Task,
)
from mailroom.records.organisation.models import Employee, User
from mailroom.records.organisation.models.people import Role

Words = str | Promise
LARGEST = 2**63 - 1
SEES_ALL_RECEIPTS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.READER, Role.API})


def is_key(text: str) -> bool:
    """Whether a text is a number that a database takes for a key; one of thousands of digits is not even read."""
    return text.isdecimal() and len(text) <= len(str(LARGEST)) and int(text) <= LARGEST


@dataclass(frozen=True, slots=True)
class EntityType:
    """One type of record.

    `key` is what is stored on the mail, `option` the entry of the dialog's *Type* that offers it ("" for none).
    `rows(user)` are the records that a person may see; `number` is the field that people call them by, which is also
    their part of the address of `window`; `search` are the fields looked through. `fixed(record)` says why its
    files may not be changed at present, and keeps it so until the transaction ends; empty where they may.
    """

    key: str
    label: Words
    model: type[Model]
    rows: Callable[[User], QuerySet[Any]]
    number: str
    search: tuple[str, ...]
    window: str
    option: str = ""
    icon: str = "file"
    describe: Callable[[Any], str] = str
    columns: tuple[tuple[str, Words], ...] = field(default=())
    fixed: Callable[[Any], str] = lambda record: ""

    def find(self, user: User, reference: Any) -> Any | None:
        """The record with this key or number, if the person may see it."""
        text = str(reference).replace("\x00", "").strip()
        rows = self.rows(user)
        by_number = rows.filter(**{f"{self.number}__iexact": text}) if self.number != "pk" else rows.none()
        by_key = rows.filter(pk=int(text)) if is_key(text) else rows.none()
        return (
            (by_key.first() or by_number.first())
            if isinstance(reference, int)
            else (by_number.first() or by_key.first())
        )

    def search_for(self, user: User, text: str) -> QuerySet[Any]:
        """The records with every word of `text` in one of the searched fields."""
        found = self.rows(user)
        for word in text.replace("\x00", "").split()[:8]:
            one = Q()
            for name in self.search:
                one |= Q(**{f"{name}__icontains": word})
            found = found.filter(one)
        return found


@dataclass(frozen=True, slots=True)
class Option:
    """An entry of *Type* in the Related entity dialog; *Lead/contact* stands for two types."""

    key: str
    label: Words
    types: tuple[EntityType, ...]


TYPES: dict[str, EntityType] = {}


def register(kind: EntityType) -> EntityType:
    """Make a type known under its key."""
    TYPES[kind.key] = kind
    return kind


def of_key(key: str) -> EntityType | None:
    """The type that a mail's `related_entity_type` names."""
    return TYPES.get(key)


def of_record(record: Model) -> EntityType:
    """The type of a record of one of our tables."""
    return next(kind for kind in TYPES.values() if _is_of(kind, record))


def _is_of(kind: EntityType, record: Model) -> bool:
    if not isinstance(record, kind.model):
        return False
    if isinstance(record, BusinessDocument):
        return record.type == kind.key
    return not isinstance(record, BusinessAccount) or record.kind == kind.key


def options() -> list[Option]:
    """The entries of *Type*, by their names."""
    by_key: dict[str, list[EntityType]] = {}
    for kind in TYPES.values():
        if kind.option:
            by_key.setdefault(kind.option, []).append(kind)
    return [Option(key, ORDER[key], tuple(by_key[key])) for key in ORDER if key in by_key]


ORDER: dict[str, Words] = {
    "purchase_invoice": _("Purchase invoice"),
    "sales_invoice": _("Sales invoice/note"),
    "case": _("Case"),
    "customer": _("Customer"),
    "employee": _("Employee"),
    "expense": _("Expense"),
    "receipt": _("Receipt"),
    "general_ledger_batch": _("General ledger batch"),
    "lead_contact": _("Lead/contact"),
    "opportunity": _("Opportunity"),
    "prospect": _("Prospect"),
    "purchase_order": _("Purchase order"),
    "purchase_receipt": _("Purchase receipt"),
    "sales_order": _("Sales order"),
    "shipment": _("Shipment"),
    "supplier": _("Supplier"),
}


def receipts_of(user: User) -> QuerySet[ExpenseReceipt]:
    """The expense receipts a person may see: the own ones; supervisors, auditors and administrators see all."""
    if user.role in SEES_ALL_RECEIPTS:
        return ExpenseReceipt.objects.all()
    own = Q(created_by=user)
    employee = getattr(user, "employee", None)
    return ExpenseReceipt.objects.filter(own | Q(employee=employee) if employee else own)


def _accounts(kind: str) -> EntityType:
    return EntityType(
        kind,
        BusinessAccount.Kind(kind).label,
        BusinessAccount,
        lambda user: BusinessAccount.objects.filter(kind=kind),
        "account_id",
        ("account_id", "name"),
        "CR303000",
        option=kind,
        icon="building",
        describe=lambda row: f"{row.account_id} {row.name}",
        columns=(("account_id", _("Business account")), ("name", _("Name"))),
    )


def _documents(kind: str) -> EntityType:
    return EntityType(
        kind,
        DocumentType(kind).label,
        BusinessDocument,
        lambda user: BusinessDocument.objects.filter(type=kind).select_related("business_account"),
        "number",
        ("number", "description", "business_account__name"),
        "CR309000",
        option=kind,
        columns=(
            ("number", _("Number")),
            ("description", _("Description")),
            ("business_account", _("Business account")),
        ),
    )


PEOPLE = (("name", _("Name")), ("email", _("Email")))
register(
    EntityType(
        "case",
        _("Case"),
        Case,
        lambda user: Case.objects.select_related("business_account"),
        "case_id",
        ("case_id", "subject", "business_account__name"),
        "CR306000",
        option="case",
        icon="case",
        columns=(("case_id", _("Case ID")), ("subject", _("Subject")), ("business_account", _("Business account"))),
    )
)
register(
    EntityType(
        "contact",
        _("Contact"),
        Contact,
        lambda user: Contact.objects.select_related("business_account"),
        "pk",
        ("name", "email", "business_account__name"),
        "CR302000",
        option="lead_contact",
        icon="user",
        columns=PEOPLE,
    )
)
register(
    EntityType(
        "lead",
        _("Lead"),
        Lead,
        lambda user: Lead.objects.all(),
        "pk",
        ("name", "email", "company"),
        "CR301000",
        option="lead_contact",
        icon="user-plus",
        columns=PEOPLE,
    )
)
register(
    EntityType(
        "employee",
        _("Employee"),
        Employee,
        lambda user: Employee.objects.all(),
        "employee_id",
        ("employee_id", "name"),
        "EP203000",
        option="employee",
        icon="user",
        columns=(("employee_id", _("Employee ID")), ("name", _("Name"))),
    )
)
register(
    EntityType(
        "receipt",
        _("Expense receipt"),
        ExpenseReceipt,
        receipts_of,
        "receipt_id",
        ("receipt_id", "description"),
        "EP301020",
        option="receipt",
        icon="receipt",
        columns=(("receipt_id", _("Receipt number")), ("description", _("Description"))),
    )
)
register(
    EntityType("task", _("Task"), Task, lambda user: Task.objects.all(), "pk", ("subject",), "CR306020", icon="task")
)
register(
    EntityType(
        "event", _("Event"), Event, lambda user: Event.objects.all(), "pk", ("subject",), "CR306030", icon="calendar"
    )
)
register(
    EntityType(
        "campaign",
        _("Campaign"),
        Campaign,
        lambda user: Campaign.objects.select_related("owner"),
        "campaign_id",
        ("campaign_id", "name"),
        "CR202000",
        icon="star",
        describe=lambda row: f"{row.campaign_id} {row.name}",
        columns=(("campaign_id", _("Campaign ID")), ("name", _("Campaign name"))),
    )
)
for _kind in BusinessAccount.Kind.values:
    register(_accounts(_kind))
for _kind in DocumentType.values:
    register(_documents(_kind))
