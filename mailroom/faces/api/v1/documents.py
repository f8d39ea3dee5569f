"""Business documents that an installation brings: invoices, orders, shipments; and business accounts."""

import datetime as dt
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from mailroom.base import audit
from mailroom.faces.api import rights
from mailroom.faces.api.refusals import Invalid
from mailroom.faces.api.v1.records import OfSeveralTypes, add_single
from mailroom.faces.api.v1.schemas import ERRORS, Page
from mailroom.records.crm.models import BusinessAccount, BusinessDocument, DocumentLine

router = Router(tags=["documents"])
accounts = Router(tags=["business-accounts"])
Type = Literal[
    "purchase_invoice",
    "sales_invoice",
    "expense",
    "general_ledger_batch",
    "opportunity",
    "purchase_order",
    "purchase_receipt",
    "sales_order",
    "shipment",
]
BATCH = 500
LINE = ("item", "description", "quantity", "unit_price", "amount")
CENT = Decimal("0.01")


class LineIn(Schema):
    """A detail line; without an amount it is quantity by unit price."""

    item: str = Field("", max_length=60, pattern=r"^[^\x00]*$")
    description: str = Field("", max_length=255, pattern=r"^[^\x00]*$")
    quantity: Decimal = Field(Decimal(1), max_digits=14, decimal_places=3)
    unit_price: Decimal = Field(Decimal(0), max_digits=14, decimal_places=2)
    amount: Decimal | None = Field(None, max_digits=14, decimal_places=2)


class DocumentIn(Schema):
    """A document; type and number together name it."""

    type: Type
    number: str = Field(min_length=1, max_length=40, pattern=r"^[^\x00/]+$")
    description: str = Field("", max_length=200, pattern=r"^[^\x00]*$")
    date: dt.date | None = None
    business_account: str | None = Field(None, max_length=32)
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    lines: list[LineIn] | None = Field(None, max_length=1000, description="Left out: the lines stay as they are.")


class AccountIn(Schema):
    """A business account; `account_id` names it."""

    account_id: str = Field(min_length=1, max_length=32, pattern=r"^[^\x00/]+$")
    name: str = Field(min_length=1, max_length=150, pattern=r"^[^\x00]+$")
    kind: Literal["customer", "supplier", "prospect"] = "customer"
    email: str = Field("", max_length=254, pattern=r"^[^\x00]*$")
    phone: str = Field("", max_length=40, pattern=r"^[^\x00]*$")
    language: str = Field("", max_length=8, pattern=r"^[^\x00]*$")


class AccountChange(Schema):
    """What changes in a business account; `emails` become its activities."""

    account_id: str = Field("", max_length=32, pattern=r"^[^\x00/]+$")
    name: str = Field("", max_length=150)
    kind: Literal["customer", "supplier", "prospect"] = "customer"
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    language: str = Field("", max_length=8)
    owner: str | None = Field(None, max_length=32)
    workgroup: str | None = Field(None, max_length=32)
    emails: list[int] = Field([], max_length=500)


class DocumentChange(Schema):
    """What changes in a document; `emails` become its activities."""

    type: Type = "sales_invoice"
    number: str = Field("", max_length=40, pattern=r"^[^\x00/]+$")
    description: str = Field("", max_length=200)
    date: dt.date | None = None
    business_account: str | None = Field(None, max_length=32)
    emails: list[int] = Field([], max_length=500)


class DocumentFilters(Schema):
    """How a list is walked."""

    cursor: str = Field("", pattern=r"^\d{0,18}$")
    limit: int = Field(50, ge=1, le=500)


class Imported(Schema):
    """How many rows were created or changed."""

    saved: int


@router.get("", response={200: Page, **ERRORS})
def list_documents(request: HttpRequest, filters: Query[DocumentFilters]) -> dict[str, Any]:
    """Documents, newest first."""
    rows = BusinessDocument.objects.select_related("business_account").prefetch_related("lines")
    return _page(rows, filters, _document)


@router.post("", response={200: Imported, **ERRORS})
@transaction.atomic
def import_documents(request: HttpRequest, documents: list[DocumentIn]) -> dict[str, int]:
    """Create or change up to 5,000 documents by type and number; all of them or, when one is wrong, none."""
    rights.administrator(request)
    _bounded(documents)
    wanted = {one.business_account for one in documents if one.business_account}
    known = dict(BusinessAccount.objects.filter(account_id__in=wanted).values_list("account_id", "pk"))
    missing = sorted(wanted - set(known))
    if missing:
        raise Invalid({"business_account": f"“{missing[0]}” was not found."})
    last = {(one.type, one.number): one for one in documents}
    rows = [
        BusinessDocument(
            type=one.type,
            number=one.number,
            description=one.description,
            date=one.date,
            business_account_id=known.get(one.business_account or ""),
            currency=one.currency,
        )
        for one in last.values()
    ]
    saved = audit.save_many(rows, ("type", "number"), ("description", "date", "business_account", "currency"))
    _keep_lines([one for one in last.values() if one.lines is not None])
    return {"saved": saved}


def _keep_lines(documents: list[DocumentIn]) -> None:
    """Put the lines that were sent in the place of those that are there."""
    numbers = {one.number for one in documents}
    found = BusinessDocument.objects.filter(number__in=numbers).values_list("type", "number", "pk")
    keys = {(kind, number): key for kind, number, key in found}
    wanted = {keys[one.type, one.number]: one.lines or [] for one in documents}
    DocumentLine.objects.filter(document__in=wanted).delete()
    rows = (
        DocumentLine(
            document_id=key,
            position=position,
            item=line.item,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=(line.quantity * line.unit_price).quantize(CENT) if line.amount is None else line.amount,
        )
        for key, lines in wanted.items()
        for position, line in enumerate(lines, start=1)
    )
    DocumentLine.objects.bulk_create(rows, batch_size=BATCH)


@accounts.get("", response={200: Page, **ERRORS})
def list_accounts(request: HttpRequest, filters: Query[DocumentFilters]) -> dict[str, Any]:
    """Business accounts, newest first."""
    return _page(BusinessAccount.objects.select_related("owner"), filters, _account)


@accounts.post("", response={200: Imported, **ERRORS})
@transaction.atomic
def import_accounts(request: HttpRequest, accounts: list[AccountIn]) -> dict[str, int]:
    """Create or change up to 5,000 business accounts by `account_id`; all of them or, when one is wrong, none."""
    rights.administrator(request)
    _bounded(accounts)
    rows = [BusinessAccount(**one.dict()) for one in {one.account_id: one for one in accounts}.values()]
    return {"saved": audit.save_many(rows, ("account_id",), ("name", "kind", "email", "phone", "language"))}


def _bounded(rows: list[Any]) -> None:
    if len(rows) > 5000:
        raise Invalid({"rows": "At most 5,000 in one request."})


def _page(rows: Any, filters: DocumentFilters, show: Any) -> dict[str, Any]:
    if filters.cursor:
        rows = rows.filter(pk__lt=int(filters.cursor))
    found = list(rows.order_by("-pk")[: filters.limit + 1])
    page = found[: filters.limit]
    cursor = str(page[-1].pk) if len(found) > filters.limit else None
    return {"items": [show(row) for row in page], "cursor": cursor}


ACCOUNTS = OfSeveralTypes(
    "customer",
    plain=("account_id", "name", "kind", "email", "phone", "language"),
    relations=("owner", "workgroup"),
)
DOCUMENTS = OfSeveralTypes(
    "sales_invoice", plain=("type", "number", "description", "date"), relations=("business_account",)
)
add_single(accounts, ACCOUNTS, AccountChange, "business accounts")
add_single(router, DOCUMENTS, DocumentChange, "documents")


def _document(row: BusinessDocument) -> dict[str, Any]:
    return {
        "id": row.pk,
        "type": row.type,
        "number": row.number,
        "description": row.description,
        "date": row.date.isoformat() if row.date else None,
        "business_account": row.business_account.account_id if row.business_account else None,
        "currency": row.currency,
        "total": str(row.total),
        "lines": [{name: str(getattr(line, name)) for name in LINE} for line in row.lines.all()],
    }


def _account(row: BusinessAccount) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("account_id", "name", "kind", "email", "phone", "language")}
    return {"id": row.pk} | plain | {"owner": row.owner.employee_id if row.owner else None}
