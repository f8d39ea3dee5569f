"""Unsubscribing (RFC 2369, RFC 8058): the signed link in every mass mail, and what following it does."""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient
from mailroom.flows.sending import from_template
from mailroom.mime import addresses
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Unsubscribed

SALT = "mailroom.unsubscribe"
OF_NOBODY = "0"  # what previews and tests carry: it unsubscribes nobody
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What an address wants none of, and the mass email whose link said so, where one did."""

    row: Unsubscribed
    mass_email: MassEmail | None = None


def of_address(address: str) -> list[Unsubscription]:
    """What the owner of an address wants none of, and why it is so, the newest first."""
    rows = marketing.unsubscribed(address)
    if all(row.by is not None for row in rows):
        return [Unsubscription(row) for row in rows]
    followed = MassEmailRecipient.objects.filter(key=addresses.folded(address), unsubscribed_at__isnull=False)
    told = {one.unsubscribed_at: one.mass_email for one in followed.select_related("mass_email")}
    return [Unsubscription(row, told.get(row.at) if row.by is None else None) for row in rows]


def link(recipient: MassEmailRecipient | None, base: str = "") -> str:
    """The address that unsubscribes this recipient; without one, an address that unsubscribes nobody.

    `base` is the address of this installation, for those who make many.
    """
    number = str(recipient.pk) if recipient is not None else OF_NOBODY
    return f"{base or from_template.base_address()}/unsubscribe/{signing.Signer(salt=SALT, sep='.').sign(number)}/"


def read(token: str) -> MassEmailRecipient | None:
    """Whom a link was made for; None for a forged one, or one whose mass email is gone."""
    if len(token) > LONGEST:
        return None
    try:
        number = signing.Signer(salt=SALT, sep=".").unsign(token)
    except signing.BadSignature:
        return None
    rows = MassEmailRecipient.objects.select_related("mass_email", "marketing_list")
    return rows.filter(pk=int(number)).exclude(address="").first()


@transaction.atomic
def carry_out(recipient: MassEmailRecipient, now: datetime, only_list: bool = False) -> None:
    """No mass mail goes to the address any more, or none of the list that brought it; twice does no harm."""
    of = recipient.marketing_list if only_list else None
    before = _locked(recipient).unsubscribed_at
    at = before if before is not None and _noted(recipient, before).exists() else now
    marketing.unsubscribe(recipient.address, of, at)  # what one link noted has one moment: so it is known as its own
    MassEmailRecipient.objects.filter(pk=recipient.pk).update(unsubscribed_at=at)


@transaction.atomic
def take_back(recipient: MassEmailRecipient) -> bool:
    """It was a mistake: what this recipient's link noted is forgotten; whether mail comes again without exception.

    What the address wants none of by another mail's link, or by hand, stays.
    """
    before = _locked(recipient).unsubscribed_at
    if before is not None:
        marketing.subscribe(_noted(recipient, before))
        MassEmailRecipient.objects.filter(pk=recipient.pk).update(unsubscribed_at=None)
    return not marketing.unsubscribed(recipient.address)


def _locked(recipient: MassEmailRecipient) -> MassEmailRecipient:
    return MassEmailRecipient.objects.select_for_update(of=("self",)).get(pk=recipient.pk)


def _noted(recipient: MassEmailRecipient, at: datetime) -> QuerySet[Unsubscribed]:
    """What the recipient's link noted at its moment."""
    return Unsubscribed.objects.filter(key=addresses.folded(recipient.address), by=None, at=at)
