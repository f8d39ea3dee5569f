"""Expense receipts (EP301020): the own ones; supervisors, auditors and administrators see all."""

import datetime as dt
from decimal import Decimal
from typing import Literal

from ninja import Schema
from pydantic import Field

from mailroom.faces.api.v1 import records
from mailroom.faces.api.v1.records import Resource


class ReceiptIn(Schema):
    """The fields of an expense receipt that may be given; `emails` become its activities."""

    date: dt.date | None = None
    description: str = Field("", max_length=255)
    amount: Decimal = Field(Decimal(0), ge=0, lt=10**10, decimal_places=2)
    currency: str = Field("NOK", pattern="^[A-Z]{3}$")
    status: Literal["on_hold", "open", "approved", "rejected"] = "open"
    note: str = Field("", max_length=100_000)
    employee: str | None = Field(None, max_length=32)
    emails: list[int] = Field([], max_length=500)


RECEIPTS = Resource(
    "receipt",
    plain=("date", "description", "amount", "currency", "status", "note"),
    relations=("employee",),
    read_only=("receipt_id", "created_at"),
)
router = records.router(RECEIPTS, ReceiptIn, "expense-receipts")
