"""Who may look into the self-service portal: whoever reads the mail of a contact's address sees that contact's cases.

What an address has is looked up anew at every request, so an inactive contact or another address ends it at once.
"""

import secrets
from datetime import datetime, timedelta

from django.db.models import QuerySet

from mailroom.mime import addresses
from mailroom.records.crm import lookup
from mailroom.records.crm.models import Case, Contact, PortalLink, PortalSession
from mailroom.records.organisation import features, sign_in

COOKIE = "portal"
LINK_LIFE = timedelta(minutes=30)
SESSION_LIFE = timedelta(hours=12)
ASKED_WITHIN = timedelta(hours=1)
MOST_OF_AN_ADDRESS = 5  # links that an address is mailed within an hour
MOST_FROM_A_PLACE = 200  # a company of customers may stand behind one network address
KEPT = timedelta(days=1)
LONGEST_ADDRESS = 254


def is_open() -> bool:
    """Whether there is a portal (CS100000); it shows cases, so Case management is on too."""
    return {"self_service_portal", "case_management"} <= features.switched_on()


def ask(address: str, asked_from: str | None, now: datetime) -> PortalLink | None:
    """Note that a link was asked for, known address or not: that takes the same time. None when asked too often."""
    folded = addresses.folded(address)[:LONGEST_ADDRESS]
    PortalLink.objects.filter(asked_at__lt=now - KEPT).delete()
    lately = PortalLink.objects.filter(asked_at__gt=now - ASKED_WITHIN)
    if not folded or lately.filter(address=folded).count() >= MOST_OF_AN_ADDRESS:
        return None
    if asked_from and lately.filter(asked_from=asked_from).count() >= MOST_FROM_A_PLACE:
        return None
    return PortalLink.objects.create(address=folded, asked_from=asked_from, asked_at=now)


def unanswered(now: datetime) -> QuerySet[PortalLink]:
    """The links that were asked for within the hour and not made yet: nobody waits for one any longer."""
    return PortalLink.objects.filter(answered_at=None, asked_at__gt=now - ASKED_WITHIN).order_by("pk")


def answer(link: PortalLink, now: datetime) -> str:
    """Take a request to answer it; the token of its link, empty when another worker has it or nobody is known."""
    if not PortalLink.objects.filter(pk=link.pk, answered_at=None).update(answered_at=now):
        return ""
    if not people(link.address):
        return ""
    token = secrets.token_urlsafe(32)
    PortalLink.objects.filter(pk=link.pk).update(digest=sign_in.digest_of(token), expires_at=now + LINK_LIFE)
    return token


def use_link(token: str, now: datetime) -> str:
    """The cookie of a new session for a link that is good, which it is only this once; empty for any other."""
    rows = PortalLink.objects.filter(digest=sign_in.digest_of(token), used_at=None, expires_at__gte=now)
    link = rows.first()
    if link is None or not people(link.address) or not rows.filter(pk=link.pk).update(used_at=now):
        return ""
    PortalSession.objects.filter(expires_at__lt=now).delete()
    cookie = secrets.token_urlsafe(32)
    PortalSession.objects.create(
        address=link.address, digest=sign_in.digest_of(cookie), created_at=now, expires_at=now + SESSION_LIFE
    )
    return cookie


def contacts_of(cookie: str, now: datetime) -> list[Contact]:
    """The contacts that the session of this cookie speaks for; none when it is over."""
    rows = PortalSession.objects.filter(digest=sign_in.digest_of(cookie), expires_at__gte=now)
    session = rows.first() if cookie else None
    return people(session.address) if session is not None else []


def end(cookie: str) -> None:
    """Sign out."""
    PortalSession.objects.filter(digest=sign_in.digest_of(cookie)).delete()


def people(address: str) -> list[Contact]:
    """The active contacts with this address."""
    return lookup.by_addresses([address]).get(addresses.folded(address), lookup.Records()).contacts


def cases_of(contacts: list[Contact]) -> QuerySet[Case]:
    """Their cases: those that name them as contact, never others of their business account."""
    return Case.objects.filter(contact__in=contacts).select_related("owner", "contact", "case_class")
