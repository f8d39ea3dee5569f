"""Mail that was put aside: filed again from its kept bytes, or discarded; nothing here is ever closed by itself."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mailroom.base import audit, durable, engine, rows
from mailroom.flows.receiving import filing
from mailroom.flows.receiving.models import QuarantinedMessage, ServerMessage
from mailroom.flows.receiving.servers.contract import Fetched
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import received, status
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

log = structlog.get_logger(__name__)
REPLAYED, DISCARDED = "replayed", "discarded"
MARK = "SELECT max(id), max(closed_at) FROM receiving_quarantinedmessage"
SEE_ALL = frozenset({Role.ADMINISTRATOR, Role.API})


class NotFiled(status.Refused):
    """The mail could not be filed this time either; the text says why. It stays where it is."""


def open_rows() -> QuerySet[QuarantinedMessage]:
    """What waits for a person."""
    return QuarantinedMessage.objects.filter(closed_at=None)


def is_for(user: User) -> bool:
    """Whether this person has a quarantine to look into: administrators, and the owner of a personal account."""
    return user.role in SEE_ALL or EmailAccount.objects.filter(personal_owner=user).exists()


def visible_to(user: User) -> QuerySet[QuarantinedMessage]:
    """What he may list, replay and discard: all of it for administrators, else that of the accounts that he owns."""
    if user.role in SEE_ALL:
        return QuarantinedMessage.objects.all()
    return QuarantinedMessage.objects.filter(account__personal_owner=user)


def waiting_for(user: User) -> QuerySet[QuarantinedMessage]:
    """What waits, of what he may see."""
    return visible_to(user).filter(closed_at=None)


def change_mark() -> str:
    """Changes as soon as mail is put aside, filed again or discarded."""
    with connection.cursor() as cursor:
        cursor.execute(MARK)
        newest, closed = cursor.fetchone()
    return f"{newest or 0}{''.join(filter(str.isdecimal, str(closed)))}"


def may_read(row: QuarantinedMessage, user: User) -> bool:
    """Whether this person may see what the mail says: that of a personal account is its owner's alone."""
    return row.account.personal_owner_id in {None, user.pk}


def place_of(row: QuarantinedMessage) -> ServerMessage | None:
    """Where the mail lay on the server when it was fetched."""
    places = ServerMessage.objects.filter(account=row.account_id, raw_sha256=bytes(row.raw_sha256))
    return places.order_by("pk").first()


def replay(row: QuarantinedMessage, now: datetime, by: User | None) -> int:
    """File the kept bytes as an email now; its number. The server is not asked.

    Raises status.Refused when it was filed before, NotFiled with the new reason, store.FileMissing without bytes.
    """
    raw = store.read(bytes(row.raw_sha256))
    try:
        made = filing.whole(row.account, _fetched(row, raw), now)
        email = _filed(row, made, now, by)
    except (status.Refused, *filing.NOT_THE_MAILS_FAULT):
        raise
    except Exception as error:  # as when it came: what is wrong with one mail is told, and harms no other
        log.warning("replay failed", quarantined=row.pk, error=str(error))
        reason = str(error) if isinstance(error, filing.NotRead) else f"{type(error).__name__}: {error}"
        QuarantinedMessage.objects.filter(pk=row.pk).update(reason=rows.plain(reason))
        raise NotFiled(reason) from error
    engine.wake("incoming.process", lock=f"incoming:{row.account_id}", account_id=row.account_id)
    return email


def _fetched(row: QuarantinedMessage, raw: bytes) -> Fetched:
    place = place_of(row)
    if place is None:
        return Fetched(raw, "", "", internal_date=row.at)
    return Fetched(raw, place.folder, place.uid, place.uidvalidity, row.at, full_size=row.size, cut=place.cut)


def _filed(row: QuarantinedMessage, made: received.Rows, now: datetime, by: User | None) -> int:
    """The email of the mail, made unless the account has one of the same bytes already."""
    with durable.atomic():
        if not _close(QuarantinedMessage.objects.exclude(closed_how=REPLAYED).filter(pk=row.pk), REPLAYED, now, by):
            raise status.Refused(_("This mail was filed already."))
        places = ServerMessage.objects.filter(account=row.account_id, raw_sha256=bytes(row.raw_sha256))
        known = places.exclude(email=None).values_list("email_id", flat=True).first()
        email = known or filing.file_again(row.account, made)
        places.filter(email=None).update(email=email)
    return email


def discard(numbers: Sequence[int], now: datetime, by: User | None) -> int:
    """Close mail that nobody wants; how many were open. Its bytes and its row stay, and it is not fetched again."""
    closed = 0
    for start in range(0, len(numbers), 500):
        closed += _close(open_rows().filter(pk__in=numbers[start : start + 500]), DISCARDED, now, by)
    return closed


def _close(found: QuerySet[QuarantinedMessage], how: str, now: datetime, by: User | None) -> int:
    return audit.update(found, by, closed_at=now, closed_how=how, closed_by=by)


def export(row: QuarantinedMessage) -> dict[str, object]:
    """One row as the API and the command line print it; ask for `account` and `closed_by` with it."""
    return {
        "id": row.pk,
        "account": row.account.email_account_id,
        "reason": row.reason,
        "step": row.step,
        "size": row.size,
        "at": row.at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "closed_how": row.closed_how,
        "closed_by": row.closed_by.login if row.closed_by else None,
    }
