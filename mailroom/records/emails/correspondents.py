"""Who people write with: noted as mail comes and goes, suggested while typing, most recent first (CR306015)."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from mailroom.mime import addresses
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Correspondent
from mailroom.records.organisation.models import User

LONGEST = 320
MOST_WORDS = 6
Met = tuple[Address, datetime]
LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "đ": "d", "ł": "l", "þ": "th", "ð": "d"})


def fold(text: str) -> str:
    """Text as it is compared: small letters, no accents, `ø` as `o`, `æ` as `ae`, `ß` as `ss`."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in parts if not unicodedata.combining(char)).translate(LETTERS)


def note_later(account: EmailAccount, met: Sequence[Met], has_written: bool) -> None:
    """Note the addresses when the transaction is kept: no lock is held for it while mail is stored or queued."""
    owner_id = account.personal_owner_id
    transaction.on_commit(lambda: note(owner_id, met, has_written), robust=True)


def note(owner_id: int | None, met: Iterable[Met], has_written: bool) -> None:
    """Write the addresses down, one statement for all; those of a personal account are its owner's alone.

    Who has written keeps the name that he uses himself; an address that was only written to does not become known.
    """
    found = [row for item, at in sorted(met, key=lambda one: one[1]) if (row := _row(owner_id, item, at, has_written))]
    rows = {row.key: row for row in found}
    Correspondent.objects.bulk_create(
        [rows[key] for key in sorted(rows)],
        batch_size=100,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["last_at", "name", "search", "has_written"] if has_written else ["last_at"],
    )


def _row(owner_id: int | None, item: Address, at: datetime, has_written: bool) -> Correspondent | None:
    local, _at, domain = item.address.replace("\x00", "").strip().rpartition("@")
    if not local or not domain or len(item.address) > LONGEST:
        return None
    address = f"{local}@{addresses.domain(domain)}"
    name = "" if item.name == item.address else item.name.replace("\x00", "")[:LONGEST]
    return Correspondent(
        key=f"{owner_id or 0}:{address.casefold()}",
        owner_id=owner_id,
        address=address,
        name=name,
        search=fold(f"{name} {address}".strip()),
        domain=addresses.domain(domain),
        has_written=has_written,
        last_at=at,
    )


def visible_to(user: User) -> QuerySet[Correspondent]:
    """Addresses of the shared accounts and of the person's own."""
    return Correspondent.objects.filter(Q(owner=None) | Q(owner=user))


def find(user: User, text: str, limit: int) -> list[Correspondent]:
    """Correspondents that hold every word of `text` in name or address, most recent first: one walk of one index."""
    rows = visible_to(user)
    for word in fold(text).split()[:MOST_WORDS]:
        rows = rows.filter(search__contains=word)
    return list(rows.order_by("-last_at", "-id")[:limit])


def known_domains(candidates: Iterable[str]) -> set[str]:
    """Those of the domains that somebody has written from."""
    wanted = sorted(set(candidates))
    found: set[str] = set()
    for start in range(0, len(wanted), 500):
        rows = Correspondent.objects.filter(domain__in=wanted[start : start + 500], has_written=True)
        found.update(rows.values_list("domain", flat=True).distinct())
    return found
