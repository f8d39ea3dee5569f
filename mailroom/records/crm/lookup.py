"""Who an address belongs to: contact, lead, business account, by exact address."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from mailroom.mime import addresses
from mailroom.records.crm.models import BusinessAccount, Contact, Lead

MOST = 1_000  # records looked at for one batch of addresses


@dataclass(frozen=True, slots=True)
class Known:
    """Those whom an address belongs to; each may be missing."""

    contact: Contact | None = None
    lead: Lead | None = None
    business_account: BusinessAccount | None = None


@dataclass(slots=True)
class Records:
    """All records with one address."""

    contacts: list[Contact] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    business_accounts: list[BusinessAccount] = field(default_factory=list)

    def known(self) -> Known:
        """The first of each; a contact's account goes before one found by its own address."""
        contact, account = next(iter(self.contacts), None), next(iter(self.business_accounts), None)
        return Known(contact, next(iter(self.leads), None), (contact and contact.business_account) or account)


def by_address(address: str) -> Known:
    """Contact, lead and business account with exactly this address; a contact's account goes before one found by it."""
    return by_addresses([address]).get(addresses.folded(address), Records()).known()


def is_known(folded: str) -> bool:
    """Whether any contact, inactive ones among them, lead or business account has this folded address."""
    models: tuple[Any, ...] = (Contact, Lead, BusinessAccount)
    return any(_with(model._default_manager.all(), {folded}).exists() for model in models)


def by_addresses(given: Iterable[str]) -> dict[str, Records]:
    """The records of each address, by its folded form: three queries for any number. Inactive contacts do not count."""
    spelled = {text for address in given if (text := addresses.folded(address))}
    spelled |= {address.strip().lower() for address in given if "@" in address}
    found: dict[str, Records] = defaultdict(Records)
    if not spelled:
        return found
    contacts = Contact.objects.filter(active=True).select_related("business_account", "owner").order_by("pk")
    for contact in _with(contacts, spelled):
        found[addresses.folded(contact.email)].contacts.append(contact)
    for lead in _with(Lead.objects.select_related("owner").order_by("-pk"), spelled):
        found[addresses.folded(lead.email)].leads.append(lead)
    for account in _with(BusinessAccount.objects.select_related("owner").order_by("pk"), spelled):
        found[addresses.folded(account.email)].business_accounts.append(account)
    return found


def _with(rows: QuerySet[Any], spelled: Iterable[str]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.alias(spelled=Lower("email")).filter(spelled__in=spelled)
    return found[:MOST]
