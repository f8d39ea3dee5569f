"""Mails the links to the self-service portal that were asked for, where a contact has the address.

The page that asks only notes it, so that a known and an unknown address take the same time and get the same words.
"""

from datetime import datetime

import structlog

from mailroom.flows.sending import from_template, security
from mailroom.mime.message import Address
from mailroom.records.crm import portal
from mailroom.records.crm.models import Contact, PortalLink
from mailroom.records.notifications import standard

log = structlog.get_logger(__name__)
TEMPLATE = "PORTALLINK"


def answer(now: datetime) -> None:
    """Mail what was asked for and not answered yet."""
    security.each_alone(portal.unanswered(now), lambda link: _answer(link, now))


def _answer(link: PortalLink, now: datetime) -> None:
    token = portal.answer(link, now)
    if token:
        _mail(portal.people(link.address)[0], token, now)


def _mail(contact: Contact, token: str, now: datetime) -> None:
    """Security mail: it goes first, and also while email processing is suspended."""
    template = standard.find(TEMPLATE)
    account = from_template.account_of(template)
    if template is None or account is None:
        log.warning("portal link not sent", contact=contact.pk, account=account is not None)
        return
    customer = contact.business_account
    template = standard.in_language(template, customer.language if customer is not None else "")
    link = f"{from_template.base_address()}/portal/link/{token}/"
    values = {"Company": from_template.company(account), "Name": contact.name, "Url": from_template.base_address()}
    made = security.queue(template, account, Address(contact.name, contact.email), values, {"Link": link}, now)
    if made.email is None:
        log.warning("portal link not sent", contact=contact.pk, why=made.why_not)
