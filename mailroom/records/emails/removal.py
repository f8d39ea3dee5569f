"""Delete for the second time: emails that are gone for good. That they were there stays in the audit trail alone."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.base import audit
from mailroom.records.emails import moves, status
from mailroom.records.emails.models import Email, Status
from mailroom.records.emails.moves import Action, Refusal, Standing
from mailroom.records.emails.status import Moved
from mailroom.records.organisation.models import User


def delete_permanently(ids: Collection[int], by: User | None) -> Moved:
    """Remove deleted emails with their bytes, notes and history; others are refused with the reason."""
    moved = Moved()
    for batch in status.batches(list(ids)):
        with transaction.atomic():
            _remove(batch, by, moved)
    return moved


def _remove(ids: list[int], by: User | None, moved: Moved) -> None:
    rows = Email.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("account")
    gone = []
    for email in rows:
        standing = Standing(email.direction, email.status, email.archived, email.status_before_delete)
        decided = moves.decide(standing, Action.DELETE_PERMANENTLY)
        if isinstance(decided, Refusal):
            moved.refused[email.pk] = decided.reason
        else:
            gone.append(email)
    accounts = {row.pk: {"account": (row.account, "")} for row in gone}
    audit.record_many(gone, audit.Act.DELETE, by, accounts)
    Email.objects.filter(pk__in=[row.pk for row in gone], status=Status.DELETED).delete()
    moved.ids += [row.pk for row in gone]
    moved.refused |= {pk: _("The email is gone.") for pk in set(ids) - {*moved.ids, *moved.refused}}
