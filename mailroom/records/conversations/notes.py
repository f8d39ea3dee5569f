"""Internal notes on emails: written, taken back, and the people they mention told once."""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mailroom.base import prepared
from mailroom.base.rows import plain
from mailroom.records.conversations.models import Mention, Note
from mailroom.records.emails import queries
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

NAMED = re.compile(r"(?<![\w@.])@([\w](?:[\w.\-]{0,62}[\w])?)")
LONGEST = 20_000
MOST_MENTIONS = 10
MOST_SHOWN = 500


class NotAllowed(Exception):
    """The note is empty or too long, or it is somebody else's; the text tells a person what to do."""


@dataclass(frozen=True, slots=True)
class Written:
    """A saved note, whom it told, and whom it could not tell because the email is not theirs to see."""

    note: Note
    told: list[User]
    strangers: list[User]


def write(email: Email, author: User, text: str, now: datetime) -> Written:
    """Save a note and mention the people whose @login stands in it; raises NotAllowed."""
    text = plain(text.replace("\r\n", "\n")).strip()
    if not text:
        raise NotAllowed(_("Write something first: the note is empty."))
    if len(text) > LONGEST:
        raise NotAllowed(_("A note may have %(n)d characters. Shorten it, or attach a file.") % {"n": LONGEST})
    people = [user for user in mentioned(text) if user.pk != author.pk]
    # Who may see the email depends on each person's role and groups; there are at most ten.
    told = [user for user in people if queries.visible_to(user).filter(pk=email.pk).exists()]
    with transaction.atomic():
        note = Note.objects.create(email=email, author=author, at=now, text=text)
        Mention.objects.bulk_create([Mention(note=note, user=user) for user in told])
    return Written(note, told, [user for user in people if user not in told])


def mentioned(text: str) -> list[User]:
    """The active people whose @login stands in a text."""
    logins = list(dict.fromkeys(name.lower() for name in NAMED.findall(text)))[:MOST_MENTIONS]
    return list(people().filter(login__in=logins)) if logins else []


def people() -> QuerySet[User]:
    """Whoever can be mentioned."""
    return User.objects.filter(is_active=True).exclude(role=Role.API)


def delete(note: Note, by: User) -> None:
    """Take a note back; only its author or an administrator may (else NotAllowed)."""
    if note.author_id != by.pk and by.role != Role.ADMINISTRATOR:
        raise NotAllowed(_("Only its author or an administrator can delete a note."))
    note.delete()


def by_email(email_ids: Collection[int]) -> dict[int, list[Note]]:
    """The notes of these emails, oldest first."""
    found: dict[int, list[Note]] = defaultdict(list)
    rows = Note.objects.filter(email_id__in=list(email_ids)).select_related("author").order_by("id")
    for note in rows[:MOST_SHOWN]:
        found[note.email_id].append(note)
    return found


def unread(user: User, limit: int = 20) -> list[Mention]:
    """The mentions that this person has not opened yet, newest first."""

    def keys() -> QuerySet[Mention, Any]:
        return Mention.objects.filter(user=user, read_at=None).order_by("-id").values_list("pk")[:limit]

    found = prepared.values(("unread mentions", user.pk, limit), keys)
    if not found:
        return []
    rows = Mention.objects.filter(pk__in=[pk for (pk,) in found]).select_related("note__author", "note__email")
    return list(rows.order_by("-id"))


def newest_mention() -> int:
    """The number of the newest mention of anybody: it grows as soon as somebody is told something."""
    newest = prepared.values(("newest mention",), lambda: Mention.objects.order_by("-pk").values_list("pk")[:1])
    return int(newest[0][0]) if newest else 0


def opened(email: Email, user: User, now: datetime) -> None:
    """The person opened the email: its mentions of him are read."""
    Mention.objects.filter(user=user, read_at=None, note__email=email).update(read_at=now)


def to_tell(user: User, now: datetime) -> list[Mention]:
    """Mentions that no toast has told yet; they count as told from now on."""
    fresh = [mention for mention in unread(user, 5) if mention.told_at is None]
    if fresh:
        Mention.objects.filter(pk__in=[mention.pk for mention in fresh]).update(told_at=now)
    return fresh
