"""Whom a mass email goes to: people of its sources, one mail an address, and for all others why not (CR308000)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient, Reason
from mailroom.flows.sending import outbox
from mailroom.mime import addresses
from mailroom.records.crm import marketing
from mailroom.records.crm.marketing import Unwanted
from mailroom.records.crm.models import Campaign, Contact, Lead, MarketingList
from mailroom.records.emails import bounced, compose
from mailroom.records.emails.models import Recipient
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee

BATCH = 500
Person = Contact | Lead | Employee


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody, and the source that named him."""

    person: Person
    campaign: Campaign | None = None
    marketing_list: MarketingList | None = None

    @property
    def who(self) -> tuple[type, int]:
        """The person, whatever the source."""
        return type(self.person), self.person.pk

    @property
    def address(self) -> str:
        """Where mail reaches the person; empty without any."""
        own = people.address_of(self.person) if isinstance(self.person, Employee) else self.person.email
        return own.strip()


@dataclass(slots=True)
class Known:
    """What decides over candidates: which addresses have a mail, which bounced, who wants none, which are ours."""

    taken: set[str] = field(default_factory=set)
    bounced: dict[str, str] = field(default_factory=dict)
    unwanted: Unwanted = field(default_factory=Unwanted)
    own: frozenset[tuple[str, str]] = frozenset()


def of(mass_email: MassEmail, now: datetime) -> Iterator[MassEmailRecipient]:
    """The recipients, not yet saved: every person once, a few queries for some hundreds. Raises lines.Wrong."""
    known = Known(own=frozenset(compose.own_addresses()))
    seen: set[tuple[type, int]] = set()
    left: dict[tuple[type, int], Candidate] = {}  # who left one list may be on another
    for batch in _batches(candidates(mass_email, now)):
        keys = [addresses.folded(one.address) for one in batch]
        known.bounced, known.unwanted = bounced.for_good(keys), marketing.unwanted(keys)
        for one in batch:
            if one.who in seen:
                continue
            reason = decide(one, known)
            if reason is Reason.LEFT_LIST:
                left.setdefault(one.who, one)
                continue
            seen.add(one.who)
            yield _row(mass_email, one, reason)
    for who, one in left.items():
        if who not in seen:
            yield _row(mass_email, one, Reason.LEFT_LIST)


def decide(one: Candidate, known: Known) -> Reason:
    """Why this one gets no mail; with Reason.NONE he gets one, and his address is taken."""
    key = addresses.folded(one.address)
    checks = (
        (not _active(one.person), Reason.INACTIVE),
        (not one.address, Reason.WITHOUT_ADDRESS),
        (not _valid(one.address), Reason.INVALID),
        (tuple(key.rsplit("@", 1)) in known.own, Reason.OWN),
        (key in known.bounced, Reason.BOUNCED),
        (key in known.unwanted.everything, Reason.UNSUBSCRIBED),
        (_left(one, key, known), Reason.LEFT_LIST),
        (key in known.taken, Reason.DUPLICATE),
    )
    reason = next((reason for holds, reason in checks if holds), Reason.NONE)
    if reason is Reason.NONE:
        known.taken.add(key)
    return reason


def candidates(mass_email: MassEmail, now: datetime) -> Iterator[Candidate]:
    """Everybody whom the sources name, some more than once."""
    if mass_email.source == MassEmail.Source.LISTS:
        for of_list in mass_email.marketing_lists.filter(active=True).order_by("list_id"):
            for person in _people(marketing.contacts(of_list, now), marketing.leads(of_list, now)):
                yield Candidate(person, marketing_list=of_list)
    elif mass_email.source == MassEmail.Source.CAMPAIGNS:
        for campaign in mass_email.campaigns.order_by("campaign_id"):
            for person in _people(*_members(mass_email, campaign, now)):
                yield Candidate(person, campaign)
    else:
        for chosen, model in (
            (mass_email.to_contacts, Contact),
            (mass_email.to_leads, Lead),
            (mass_email.to_employees, Employee),
        ):
            if chosen:
                yield from map(Candidate, _people(model._default_manager.all()))


def _members(mass_email: MassEmail, campaign: Campaign, now: datetime) -> tuple[QuerySet[Any], QuerySet[Any]]:
    contacts, leads = marketing.contacts(campaign, now), marketing.leads(campaign, now)
    if mass_email.campaign_members == MassEmail.Members.NEVER_SENT:
        sent = MassEmailRecipient.objects.filter(campaign=campaign, email__isnull=False).order_by()
        contacts = contacts.exclude(pk__in=sent.exclude(contact=None).values("contact"))
        leads = leads.exclude(pk__in=sent.exclude(lead=None).values("lead"))
    return contacts, leads


def _people(*rows: QuerySet[Any]) -> Iterator[Any]:
    """The people of each query in turn, a few hundred at a time."""
    for query in rows:
        whole = query.select_related("user") if query.model is Employee else query
        yield from whole.order_by("pk").iterator(chunk_size=BATCH)


def _active(person: Person) -> bool:
    if isinstance(person, Lead):
        return person.status != Lead.Status.LOST
    return person.active


def _valid(address: str) -> bool:
    try:
        outbox.check([Recipient(address=address)])
    except outbox.BadAddress:
        return False
    return True


def _left(one: Candidate, key: str, known: Known) -> bool:
    return one.marketing_list is not None and one.marketing_list.pk in known.unwanted.lists.get(key, ())


def _row(mass_email: MassEmail, one: Candidate, reason: Reason) -> MassEmailRecipient:
    person = one.person
    return MassEmailRecipient(
        mass_email=mass_email,
        contact=person if isinstance(person, Contact) else None,
        lead=person if isinstance(person, Lead) else None,
        employee=person if isinstance(person, Employee) else None,
        name=person.name,
        address=one.address[:320],
        key=addresses.folded(one.address) if reason is Reason.NONE else "",
        campaign=one.campaign,
        marketing_list=one.marketing_list,
        reason=reason,
    )


def _batches(found: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    rest = iter(found)
    while batch := list(islice(rest, BATCH)):
        yield batch
