"""Who an address belongs to: contact, lead, business account, by exact address."""

from dataclasses import dataclass

from mailroom.records.crm.models import BusinessAccount, Contact, Lead


@dataclass(frozen=True, slots=True)
class Known:
    """Those whom an address belongs to; each may be missing."""

    contact: Contact | None = None
    lead: Lead | None = None
    business_account: BusinessAccount | None = None


def by_address(address: str) -> Known:
    """Contact, lead and business account with exactly this address; a contact's account goes before one found by it."""
    spelled = {address, address.lower()}
    if not address:
        return Known()
    contact = Contact.objects.filter(email__in=spelled, active=True).select_related("business_account").first()
    account = contact.business_account if contact else None
    return Known(
        contact,
        Lead.objects.filter(email__in=spelled).order_by("-id").first(),
        account or BusinessAccount.objects.filter(email__in=spelled).first(),
    )
