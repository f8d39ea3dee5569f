"""Whom a mass email goes to: people of its sources, one mail an address, and for all others why not (CR308000)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Found:
    """A batch of recipients, not yet saved; the saved ones that they take the place of; how many were looked at."""

    rows: list[MassEmailRecipient]
    instead_of: list[int]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Source:
    """People whom a mass email names, and what they are named by."""

    people: QuerySet[Any]
    campaign: Campaign | None = None
    marketing_list: MarketingList | None = None


def of(mass_email: MassEmail, now: datetime) -> Iterator[Found]:
    """The recipients, every person once; what one batch holds is to be saved before the next one is asked for.

    What went before is looked up, not remembered: memory and queries a batch are the same for any number of people.
    Raises lines.Wrong.
    """
    own = frozenset(compose.own_addresses())
    for source in sources(mass_email, now):
        for batch in _batches(source):
            yield _decided(mass_email, batch, own)


def count(mass_email: MassEmail, now: datetime) -> int:
    """How many people the sources name; who is in several counts in each."""
    return sum(source.people.order_by().count() for source in sources(mass_email, now))


def sources(mass_email: MassEmail, now: datetime) -> list[Source]:
    """Where its people come from; asks for none of them yet. Raises lines.Wrong.

    A list that is not active and a canceled campaign name nobody.
    """
    found: list[Source] = []
    if mass_email.source == MassEmail.Source.LISTS:
        for of_list in mass_email.marketing_lists.filter(active=True).order_by("list_id"):
            people_of = (marketing.contacts(of_list, now), marketing.leads(of_list, now))
            found += [Source(rows, marketing_list=of_list) for rows in people_of]
    elif mass_email.source == MassEmail.Source.CAMPAIGNS:
        for campaign in mass_email.campaigns.exclude(status=Campaign.Status.CANCELED).order_by("campaign_id"):
            found += [Source(rows, campaign) for rows in _members(mass_email, campaign, now)]
    else:
        chosen = (
            (mass_email.to_contacts, Contact.objects.all()),
            (mass_email.to_leads, Lead.objects.all()),
            (mass_email.to_employees, Employee.objects.select_related("user")),
        )
        found = [Source(rows) for wanted, rows in chosen if wanted]
    return found


def canceled(mass_email: MassEmail) -> list[str]:
    """The names of its canceled campaigns, where campaigns are its source."""
    if mass_email.source != MassEmail.Source.CAMPAIGNS:
        return []
    return list(mass_email.campaigns.filter(status=Campaign.Status.CANCELED).values_list("name", flat=True))


def _decided(mass_email: MassEmail, batch: Sequence[Candidate], own: frozenset[tuple[str, str]]) -> Found:
    keys = [addresses.folded(one.address) for one in batch]
    frozen = MassEmailRecipient.objects.filter(mass_email=mass_email).order_by()
    taken = set(frozen.filter(key__in={key for key in keys if key}).values_list("key", flat=True))
    known = Known(taken, bounced.for_good(keys), marketing.unwanted(keys), own)
    kind = _KINDS[type(batch[0].person)]
    theirs = frozen.filter(**{f"{kind}__in": [one.person.pk for one in batch]})
    before = {person: (number, reason) for person, number, reason in theirs.values_list(kind, "pk", "reason")}
    found = Found([], [], len(batch))
    for one in _strangers(mass_email, batch, keys):
        number, reason_before = before.get(one.person.pk, (0, ""))
        if number and reason_before != Reason.LEFT_LIST:
            continue
        reason = decide(one, known)
        if number and reason is Reason.LEFT_LIST:
            continue
        found.rows.append(_row(mass_email, one, reason))
        if number:  # who left one list is on another
            found.instead_of.append(number)
    return found


_KINDS: dict[type, str] = {Contact: "contact", Lead: "lead", Employee: "employee"}


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


def since(rows: Sequence[MassEmailRecipient]) -> dict[int, Reason]:
    """Of prepared recipients those who may get no mail any more, by their keys: much can happen until it is sent.

    The same few queries for any batch; `rows` come with the people whom they stand for.
    """
    keys = [row.key for row in rows]
    gone, unwanted = bounced.for_good(keys), marketing.unwanted(keys)
    found: dict[int, Reason] = {}
    for row in rows:
        person = row.contact or row.lead or row.employee
        checks = (
            (person is None or not _active(person), Reason.INACTIVE),
            (row.key in gone, Reason.BOUNCED),
            (row.key in unwanted.everything, Reason.UNSUBSCRIBED),
            (row.marketing_list_id in unwanted.lists.get(row.key, ()), Reason.LEFT_LIST),
        )
        if (reason := next((reason for holds, reason in checks if holds), None)) is not None:
            found[row.pk] = reason
    return found


def _members(mass_email: MassEmail, campaign: Campaign, now: datetime) -> tuple[QuerySet[Any], QuerySet[Any]]:
    contacts, leads = marketing.contacts(campaign, now), marketing.leads(campaign, now)
    if mass_email.campaign_members == MassEmail.Members.NEVER_SENT:
        sent = _got(campaign)
        contacts = contacts.exclude(pk__in=sent.exclude(contact=None).values("contact"))
        leads = leads.exclude(pk__in=sent.exclude(lead=None).values("lead"))
    return contacts, leads


def _got(campaign: Campaign) -> QuerySet[MassEmailRecipient]:
    """Who got a mass email of a campaign, whichever of its campaigns named him; its mail may be deleted since."""
    of_campaign = MassEmail.objects.filter(campaigns=campaign, source=MassEmail.Source.CAMPAIGNS).order_by()
    rows = MassEmailRecipient.objects.filter(mass_email__in=of_campaign, queued=True, reason=Reason.NONE)
    return rows.order_by()


def _strangers(mass_email: MassEmail, batch: Sequence[Candidate], keys: Sequence[str]) -> Sequence[Candidate]:
    """Without those whose address got a mass email of the campaign, where that is asked for: or by another record."""
    campaign = batch[0].campaign
    if campaign is None or mass_email.campaign_members != MassEmail.Members.NEVER_SENT:
        return batch
    got = set(_got(campaign).filter(key__in={key for key in keys if key}).values_list("key", flat=True))
    return [one for one, key in zip(batch, keys, strict=True) if key not in got]


def _batches(source: Source) -> Iterator[list[Candidate]]:
    """The people of a source by their keys, a few hundred at a time."""
    after = 0
    while rows := list(source.people.filter(pk__gt=after).order_by("pk")[:BATCH]):
        yield [Candidate(person, source.campaign, source.marketing_list) for person in rows]
        after = rows[-1].pk


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
