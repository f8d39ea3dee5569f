"""Suggestions for To, Cc and Bcc: past mail first, then contacts, leads, business accounts and employees (CR306015)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mailroom.records.crm.models import BusinessAccount, Contact, Lead
from mailroom.records.emails import correspondents
from mailroom.records.organisation.models import Employee, User


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One address that may be meant, and where it is known from."""

    name: str
    email: str
    source: str


def suggest(user: User, text: str, limit: int) -> list[Suggestion]:
    """At most `limit` suggestions that hold every word of `text`: those whose name or address begins so first.

    One query a source, each bounded; each address once, under the name its record gives.
    """
    found: dict[str, Suggestion] = {}
    recent = correspondents.find(user, text, limit)
    past = (Suggestion(row.name, row.address, _("Past mail")) for row in recent)
    for one in (*past, *_of_records(text, limit)):
        known = found.get(one.email.casefold())
        if known is None or not known.name:
            found[one.email.casefold()] = one
    return sorted(found.values(), key=lambda one: not _begins(one, text))[:limit]


def _begins(one: Suggestion, text: str) -> bool:
    first = correspondents.fold(text).strip()
    words = correspondents.fold(f"{one.name} {one.email}").split()
    return any(word.startswith(first) for word in words) or correspondents.fold(one.name).startswith(first)


def _of_records(text: str, limit: int) -> Iterator[Suggestion]:
    sources: Iterable[tuple[QuerySet[Any], str]] = (
        (Contact.objects.filter(active=True), _("Contact")),
        (Employee.objects.filter(active=True), _("Employee")),
        (BusinessAccount.objects.all(), _("Business account")),
        (Lead.objects.all(), _("Lead")),
    )
    wanted = Q()
    for word in text.split()[: correspondents.MOST_WORDS]:
        wanted &= Q(name__icontains=word) | Q(email__icontains=word)
    for rows, source in sources:
        found = rows.filter(wanted).exclude(email="").order_by("name", "pk").values_list("name", "email")[:limit]
        yield from (Suggestion(name, email, source) for name, email in found)
