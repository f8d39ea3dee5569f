"""Contacts (CR302000)."""

from ninja import Schema
from pydantic import Field

from mailroom.faces.api.v1 import adding, records
from mailroom.faces.api.v1.records import Resource


class ContactIn(Schema):
    """The fields of a contact that may be given; `emails` become its activities."""

    name: str = Field("", max_length=150)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    position: str = Field("", max_length=120)
    description: str = Field("", max_length=100_000)
    active: bool = True
    business_account: str | None = Field(None, max_length=32)
    owner: str | None = Field(None, max_length=32)
    emails: list[int] = Field([], max_length=500)


CONTACTS = Resource(
    "contact",
    plain=("name", "email", "phone", "position", "description", "active"),
    relations=("business_account", "owner"),
)
router = records.router(CONTACTS, ContactIn, "contacts")
many = adding.router(CONTACTS, "contacts")
