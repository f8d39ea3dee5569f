"""A customer's comment on his case: kept with its files, and the case is open again because somebody wrote about it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mailroom.base.rows import plain
from mailroom.records.activities import attached
from mailroom.records.crm import cases
from mailroom.records.crm.models import Case, CaseComment, CaseStatus, Contact

LONGEST = 20_000
LONGEST_SUBJECT = 255
MOST_FILES = 10
MOST_AN_HOUR = 30


class NotTaken(ValueError):
    """The comment is empty, too long, too late or one too many; the text tells the customer what to do."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that comes with a comment; it is read when its turn comes, so that one is in memory at a time."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class NewComment:
    """What the form says; `key` is its own, so that a form sent twice makes one comment."""

    text: str
    subject: str = ""
    files: Sequence[NewFile] = ()
    key: str = ""


def takes(case: Case, now: datetime) -> bool:
    """Whether a case can be commented on: a closed one for as long as mail would open it again."""
    return case.status != CaseStatus.CLOSED or cases.in_time(case, now)


def write(case: Case, by: Contact, new: NewComment, now: datetime) -> tuple[CaseComment, bool]:
    """Keep a comment; whether it is new. Raises NotTaken or attached.TooLarge."""
    text = plain(new.text.replace("\r\n", "\n")).strip()
    subject = " ".join(plain(new.subject).split())[:LONGEST_SUBJECT] or case.subject
    key = _key_of(case, new)
    known = CaseComment.objects.filter(key=key).first()
    if known is not None:
        return known, False
    _check(case, text, new, now)
    try:
        with transaction.atomic():
            comment = CaseComment.objects.create(
                case=case,
                contact=by,
                from_name=by.name,
                from_address=by.email,
                subject=subject,
                body=text,
                created_at=now,
                key=key,
            )
            for file in new.files:
                row = attached.add(case, plain(file.name), file.read(), now, None)
                row.comment = comment
                row.save(update_fields=["comment"])
            if case.status != CaseStatus.NEW:
                cases.update(case)
    except IntegrityError:
        return CaseComment.objects.get(key=key), False  # the same form, sent twice at once
    return comment, True


def _key_of(case: Case, new: NewComment) -> str:
    """The form's own word counts for its case alone: whoever sends one with another case's adds a comment there."""
    return hashlib.sha256(f"{case.pk}:{new.key}".encode()).hexdigest()[:32]


def _check(case: Case, text: str, new: NewComment, now: datetime) -> None:
    if not text and not new.files:
        raise NotTaken(_("Write something, or choose a file."))
    if len(text) > LONGEST:
        raise NotTaken(_("A comment may have %(n)d characters. Shorten it, or attach a file.") % {"n": LONGEST})
    if len(new.files) > MOST_FILES:
        raise NotTaken(_("%(n)d files can be sent at once. Send the others after them.") % {"n": MOST_FILES})
    if not takes(case, now):
        raise NotTaken(_("This case was closed too long ago. Write us an email about it."))
    if case.comments.filter(created_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise NotTaken(_("These are many comments in one hour. Wait a while, then try again."))
