"""Who belongs to campaigns and marketing lists, and who wants no mass mail."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mailroom.mime import addresses
from mailroom.records.crm import lookup
from mailroom.records.crm.models import (
    BusinessAccount,
    Campaign,
    CampaignMember,
    Contact,
    Lead,
    ListMember,
    MarketingList,
    Unsubscribed,
)
from mailroom.records.filters import lines, meaning
from mailroom.records.filters.lines import Line
from mailroom.records.filters.properties import Kind, Property
from mailroom.records.organisation.models import User

Person = Contact | Lead
BATCH = 500
CONTACTS: tuple[Property, ...] = (
    Property("name", _("Name"), Kind.TEXT, "name"),
    Property("email", _("Email"), Kind.TEXT, "email"),
    Property("position", _("Position"), Kind.TEXT, "position"),
    Property("business_account", _("Business account"), Kind.TEXT, "business_account__name"),
    Property("type", _("Type"), Kind.CHOICE, "business_account__kind", BusinessAccount.Kind.choices),
    Property("language", _("Language"), Kind.TEXT, "business_account__language"),
    Property("owner", _("Owner"), Kind.TEXT, "owner__name"),
    Property("description", _("Description"), Kind.TEXT, "description"),
)
LEADS: tuple[Property, ...] = (
    Property("name", _("Name"), Kind.TEXT, "name"),
    Property("email", _("Email"), Kind.TEXT, "email"),
    Property("company", _("Company"), Kind.TEXT, "company"),
    Property("status", _("Status"), Kind.CHOICE, "status", Lead.Status.choices),
    Property("owner", _("Owner"), Kind.TEXT, "owner__name"),
    Property("created", _("Created"), Kind.DAY, "created_at"),
    Property("description", _("Description"), Kind.TEXT, "description"),
)


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Of some addresses, in comparable form: those that want no mass mail, and the lists that each has left."""

    everything: frozenset[str] = frozenset()
    lists: dict[str, frozenset[int]] = field(default_factory=dict)


def properties_of(source: str) -> Sequence[Property]:
    """What a dynamic list can ask for."""
    return LEADS if source == MarketingList.Source.LEADS else CONTACTS


def selected(of: MarketingList, now: datetime) -> QuerySet[Any]:
    """The contacts or leads whom a dynamic list's conditions fit now; raises lines.Wrong."""
    model: Any = Lead if of.source == MarketingList.Source.LEADS else Contact
    meant = meaning.condition(
        lines.of(of.conditions or []),
        properties_of(of.source),
        meaning.When(now, ZoneInfo(settings.TIME_ZONE)),
    )
    found: QuerySet[Any] = model.objects.filter(meant)
    return found


def contacts(of: MarketingList | Campaign, now: datetime) -> QuerySet[Contact]:
    """The contacts on a list or in a campaign, active or not."""
    if _is_dynamic(of):
        return selected(of, now) if of.source == MarketingList.Source.CONTACTS else Contact.objects.none()  # type: ignore[union-attr, arg-type]  # a list
    members: Any = of.members
    return Contact.objects.filter(pk__in=members.values("contact"))


def leads(of: MarketingList | Campaign, now: datetime) -> QuerySet[Lead]:
    """The leads on a list or in a campaign."""
    if _is_dynamic(of):
        return selected(of, now) if of.source == MarketingList.Source.LEADS else Lead.objects.none()  # type: ignore[union-attr, arg-type]  # a list
    members: Any = of.members
    return Lead.objects.filter(pk__in=members.values("lead"))


def _is_dynamic(of: MarketingList | Campaign) -> bool:
    return isinstance(of, MarketingList) and of.kind == MarketingList.Kind.DYNAMIC


def add(of: MarketingList | Campaign, people: Iterable[Person], now: datetime) -> int:
    """Make people members; how many were none before."""
    before = of.members.count()
    _make_members(of, people, now)
    return of.members.count() - before


def _make_members(of: MarketingList | Campaign, people: Iterable[Person], now: datetime) -> None:
    model: Any = CampaignMember if isinstance(of, Campaign) else ListMember
    model.objects.bulk_create(
        (
            model(
                of=of,
                contact=one if isinstance(one, Contact) else None,
                lead=one if isinstance(one, Lead) else None,
                added_at=now,
            )
            for one in people
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """Of some people, by their keys: whose membership changed, and who is no record any more."""

    changed: frozenset[int]
    gone: frozenset[int]


def add_by_ids(of: MarketingList | Campaign, model: type[Person], ids: Collection[int], now: datetime) -> Changed:
    """Make contacts or leads (`model`) members by their keys, some hundreds at a time."""
    people = {one.pk: one for one in model._default_manager.filter(pk__in=ids)}
    before = set(_members(of, model, ids).values_list(_NAMES[model], flat=True))
    new = [one for key, one in people.items() if key not in before]
    _make_members(of, new, now)
    return Changed(frozenset(one.pk for one in new), frozenset(set(ids) - people.keys()))


def take_off(of: MarketingList | Campaign, model: type[Person], ids: Collection[int], now: datetime) -> Changed:
    """Take contacts or leads off by their own keys, some hundreds at a time."""
    rows = _members(of, model, ids)
    found = frozenset(rows.values_list(_NAMES[model], flat=True))
    rows.delete()
    return Changed(found, frozenset())


_NAMES: dict[type[Any], str] = {Contact: "contact", Lead: "lead"}


def _members(of: MarketingList | Campaign, model: type[Person], ids: Collection[int]) -> QuerySet[Any]:
    members: Any = of.members
    found: QuerySet[Any] = members.filter(**{f"{_NAMES[model]}__in": list(ids)}).order_by()
    return found


def remove(of: MarketingList | Campaign, ids: Collection[int]) -> int:
    """Take members off by the keys of their memberships; how many went."""
    return of.members.filter(pk__in=list(ids)).delete()[0]


def people_of(given: Iterable[str]) -> tuple[list[Person], list[str]]:
    """Contacts, else leads, with these addresses, and the addresses that nobody has."""
    wanted = [text.strip() for text in given if text.strip()]
    found: list[Person] = []
    unknown: list[str] = []
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        by_address = lookup.by_addresses(batch)
        for address in batch:
            records = by_address.get(addresses.folded(address), lookup.Records())
            known = records.contacts or records.leads
            found += known[:1]
            unknown += [] if known else [address]
    return found, unknown


def unsubscribe(address: str, of: MarketingList | None, now: datetime, by: User | None = None) -> Unsubscribed:
    """Note that an address wants no mail of a list, or without one no mass mail at all; what stood already stays."""
    values = {"address": address.strip(), "at": now, "by": by}
    key = addresses.folded(address)
    return Unsubscribed.objects.get_or_create(key=key, marketing_list=of, defaults=values)[0]


def unsubscribed(address: str) -> list[Unsubscribed]:
    """What the owner of an address wants none of, the newest first."""
    key = addresses.folded(address)
    return list(Unsubscribed.objects.filter(key=key).select_related("marketing_list", "by")) if key else []


def subscribe(rows: Iterable[Unsubscribed]) -> int:
    """Forget that these want none: they asked for mail again. How many were forgotten."""
    return sum(bool(row.delete()[0]) for row in rows)


def unwanted(given: Iterable[str]) -> Unwanted:
    """What the owners of these addresses, in comparable form, want none of: one query for a few hundred."""
    wanted = sorted(set(given))
    everything: set[str] = set()
    lists: dict[str, set[int]] = {}
    for start in range(0, len(wanted), BATCH):
        rows = Unsubscribed.objects.filter(key__in=wanted[start : start + BATCH]).order_by()
        for key, number in rows.values_list("key", "marketing_list_id"):
            if number is None:
                everything.add(key)
            else:
                lists.setdefault(key, set()).add(number)
    return Unwanted(frozenset(everything), {key: frozenset(numbers) for key, numbers in lists.items()})


def checked(conditions: Sequence[Line], source: str, now: datetime) -> list[dict[str, Any]]:
    """The conditions of a dynamic list as they are kept; raises lines.Wrong with a sentence for each wrong line."""
    meaning.condition(conditions, properties_of(source), meaning.When(now, ZoneInfo(settings.TIME_ZONE)))
    return lines.plain(conditions)
