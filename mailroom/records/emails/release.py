"""Releases quarantined files of a received email: an administrator lets the reader have them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import audit
from mailroom.records.emails import queries, status
from mailroom.records.emails.models import Attachment, Email, StatusChange
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

MAY_RELEASE = frozenset({Role.ADMINISTRATOR, Role.API})
WITHHELD = gettext_lazy(
    "A file of this email is held back, and the original holds that file too. An administrator can release the file, "
    "or hand out the original."
)


class Withheld(Exception):
    """The original holds a file that was held back, and who asks may not release it."""


def waiting(user: User | None = None) -> QuerySet[Attachment]:
    """Every file that is held back; with `user` those of emails that he may see (BEHAVIOUR 12)."""
    rows = Attachment.objects.filter(state=Attachment.State.QUARANTINED)
    if user is None:
        return rows
    # File by file: there are few, and among a million emails a database would begin with those.
    return rows.filter(Exists(queries.visible_to(user).filter(pk=OuterRef("email_id"))))


def may_have_original(email: Email, user: User) -> bool:
    """Whether this person gets the exact bytes of an email: every file is in them, one that was held back too."""
    held = email.attachments.exclude(state=Attachment.State.DELIVERED)
    return user.role in MAY_RELEASE or not held.exists()


def export(row: Attachment) -> dict[str, Any]:
    """A file that is held back, as the API and the command line print it; give it `email__account`."""
    email = row.email
    of_email = {"email": email.pk, "subject": email.subject, "from": email.from_address, "date": email.date.isoformat()}
    of_file = {"id": row.pk, "name": row.name, "size": row.size, "reason": row.state_reason}
    return of_file | of_email | {"account": email.account.email_account_id}


@transaction.atomic
def release(email: Email, now: datetime, by: User | None, only: int | None = None) -> list[str]:
    """Release all quarantined files of the email, or the `only` one; their names. Who and when stays in its history.

    Raises status.Refused when there is none.
    """
    rows = waiting().select_for_update(of=("self",)).select_related("email").filter(email=email)
    chosen = list(rows.filter(pk=only) if only is not None else rows)
    if not chosen:
        raise status.Refused(_("This email has no quarantined file."))
    return _release(chosen, now, by)


@transaction.atomic
def release_files(numbers: Sequence[int], now: datetime, by: User | None) -> int:
    """Release these files, of whatever emails; how many of them were held back."""
    count = 0
    for start in range(0, len(numbers), 500):
        rows = waiting().select_for_update(of=("self",)).select_related("email")
        count += len(_release(list(rows.filter(pk__in=numbers[start : start + 500]).order_by("pk")), now, by))
    return count


def _release(rows: Sequence[Attachment], now: datetime, by: User | None) -> list[str]:
    found = Attachment.objects.filter(pk__in=[row.pk for row in rows])
    audit.update(found, by, state=Attachment.State.DELIVERED, state_reason="")
    names: dict[int, list[str]] = {}
    for row in rows:
        names.setdefault(row.email_id, []).append(row.name or _("File"))
    states = {row.email_id: row.email.status for row in rows}
    StatusChange.objects.bulk_create(
        StatusChange(
            email_id=email,
            at=now,
            action="release",
            before=states[email],
            after=states[email],
            by=by,
            reason=", ".join(names[email]),
        )
        for email in names
    )
    return [name for found in names.values() for name in found]
