"""Joining conversations that belong together, and parting what does not: by hand, with a history, to be taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.records.conversations.models import ThreadChange
from mailroom.records.emails.models import Email, StatusChange, Thread
from mailroom.records.organisation.models import User

MOST = 5_000
BATCH = 500


class NotPossible(Exception):
    """These emails cannot be joined or parted; the text tells a person why."""


@transaction.atomic
def merge(emails: Sequence[Email], by: User, now: datetime) -> list[ThreadChange]:
    """Make one conversation of those that the emails stand in: the oldest stays; raises NotPossible."""
    for email in emails:
        if email.thread_id is None:
            Email.objects.filter(pk=email.pk).update(thread=Thread.objects.create())
            email.refresh_from_db(fields=["thread"])
    threads = sorted({email.thread_id for email in emails if email.thread_id is not None})
    if len(threads) < 2:
        raise NotPossible(_("Choose emails of at least two conversations."))
    target, changes = threads[0], []
    for source in threads[1:]:
        ids = list(Email.objects.filter(thread_id=source).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(ids) > MOST:
            raise NotPossible(_("A conversation of more than %(n)d emails cannot be merged.") % {"n": MOST})
        changes.append(_move(ids, source, target, "merge", by, now))
        Thread.objects.filter(pk=source).update(merged_into=target)
    return changes


@transaction.atomic
def split(emails: Sequence[Email], by: User, now: datetime) -> ThreadChange:
    """Give these emails of one conversation a conversation of their own; raises NotPossible."""
    threads = {email.thread_id for email in emails if email.thread_id is not None}
    if len(threads) != 1 or any(email.thread_id is None for email in emails):
        raise NotPossible(_("Choose emails of one conversation."))
    source = threads.pop()
    ids = [email.pk for email in emails]
    if not Email.objects.filter(thread_id=source).exclude(pk__in=ids).exists():
        raise NotPossible(_("These are all emails of the conversation: nothing would be left of it."))
    target = Thread.objects.create(split_from_id=source)
    return _move(ids, source, target.pk, "split", by, now)


@transaction.atomic
def undo(change_ids: Sequence[int], by: User, now: datetime) -> int:
    """Take merges and splits back, those emails that are still where they were moved to; returns how many moved."""
    moved = 0
    for change in ThreadChange.objects.select_for_update().filter(pk__in=list(change_ids), undone_at=None):
        there = Email.objects.filter(pk__in=change.email_ids[:MOST], thread_id=change.target_id)
        ids = list(there.values_list("pk", flat=True))
        _put(ids, change.source_id)
        _remember(ids, f"undo_{change.kind}", by, now, _("Back in its former conversation."))
        Thread.objects.filter(pk=change.source_id).update(merged_into=None)
        change.undone_at = now
        change.save(update_fields=["undone_at"])
        moved += len(ids)
    return moved


def _move(ids: list[int], source: int, target: int, kind: str, by: User, now: datetime) -> ThreadChange:
    _put(ids, target)
    subjects = Email.objects.filter(thread_id=source if kind == "split" else target).exclude(pk__in=ids)
    other = subjects.order_by("date").values_list("subject", flat=True).first() or _("(No subject)")
    words = _("Merged with “%(subject)s”.") if kind == "merge" else _("Split off from “%(subject)s”.")
    _remember(ids, kind, by, now, words % {"subject": other})
    change = ThreadChange(kind=kind, source_id=source, target_id=target, email_ids=ids, by=by, at=now)
    change.save()
    return change


def _put(ids: list[int], thread: int) -> None:
    for start in range(0, len(ids), BATCH):
        Email.objects.filter(pk__in=ids[start : start + BATCH]).update(thread_id=thread)


def _remember(ids: list[int], action: str, by: User, now: datetime, reason: str) -> None:
    """A line in the history of each email; its state stays what it is."""
    for start in range(0, len(ids), BATCH):
        states = Email.objects.filter(pk__in=ids[start : start + BATCH]).values_list("pk", "status")
        StatusChange.objects.bulk_create(
            StatusChange(email_id=pk, at=now, action=action, before=state, after=state, by=by, reason=reason)
            for pk, state in states
        )


def latest(email_ids: Sequence[int], by: User) -> list[ThreadChange]:
    """This person's last merge or split, as far as it concerns these emails: the changes of one moment."""
    wanted = set(email_ids)
    rows = ThreadChange.objects.filter(by=by, undone_at=None).order_by("-id")[:20]
    found = [row for row in rows if wanted & set(row.email_ids)]
    return [row for row in found if row.at == found[0].at]
