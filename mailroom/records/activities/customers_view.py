"""The conversation of a case as its customer sees it: mail to and from his own address, and his comments.

Nothing else of a case is shown: no notes, tasks, events, mail of other people, copies for employees, drafts or Bcc.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from mailroom.mime import addresses
from mailroom.mime import subject as subjects
from mailroom.records.crm.models import Case, CaseComment, Contact, EntityFile
from mailroom.records.emails.models import Attachment, Direction, Email, Lane, Recipient, Status

MOST = 200  # entries of one page; a conversation beyond it shows its newest
SEEN = ("to", "cc")


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of the conversation; `ours` tells that we wrote it."""

    at: datetime
    who: str
    subject: str
    text: str
    ours: bool = False
    files: list[EntityFile] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def of(case: Case, contacts: Collection[Contact]) -> list[Entry]:
    """The newest entries, oldest first; four queries for any number of them."""
    comments = comments_of(case, contacts).prefetch_related("files").order_by("-created_at", "-pk")[:MOST]
    mails = emails_of(case, contacts).select_related("content").prefetch_related("attachments")
    found = [_comment(row) for row in comments]
    found += [_mail(row) for row in mails.order_by("-date", "-pk")[:MOST]]
    found.sort(key=lambda entry: entry.at)
    return found[-MOST:]


def comments_of(case: Case, contacts: Collection[Contact]) -> QuerySet[CaseComment]:
    """What these people wrote in the portal: a case that was another's before keeps his words to itself."""
    of_nobody = Q(contact=None, sender__in=_spellings(contacts))
    rows = CaseComment.objects.filter(case=case).alias(sender=Lower("from_address"))
    return rows.filter(Q(contact__in=contacts) | of_nobody)


def emails_of(case: Case, contacts: Collection[Contact]) -> QuerySet[Email]:
    """The case's mail that came from or went to one of these people, archived mail too."""
    own = _spellings(contacts)
    received = Q(direction=Direction.INCOMING, status__in=(Status.PROCESSED, Status.PENDING, Status.IN_PROCESS))
    written = Recipient.objects.alias(spelled=Lower("address")).filter(email=OuterRef("pk"), kind__in=SEEN)
    sent = Q(direction=Direction.OUTGOING, status=Status.PROCESSED) & Exists(written.filter(spelled__in=own))
    rows = Email.objects.filter(related_entity_type="case", related_entity_id=case.pk).alias(
        sender=Lower("from_address")
    )
    return rows.filter(received & Q(sender__in=own) | sent).exclude(lane=Lane.SECURITY)


def file(case: Case, contacts: Collection[Contact], number: int) -> EntityFile | None:
    """A file that came with a comment of these people on the case."""
    seen = comments_of(case, contacts).values("pk")
    rows = EntityFile.objects.filter(entity_type="case", entity_id=case.pk, pk=number, comment__in=seen)
    return rows.select_related("file").first()


def attachment(case: Case, contacts: Collection[Contact], number: int) -> Attachment | None:
    """A delivered file of a mail that these people see."""
    rows = Attachment.objects.filter(pk=number, email__in=emails_of(case, contacts).values("pk"))
    return rows.filter(state=Attachment.State.DELIVERED).exclude(file=None).select_related("file").first()


def _spellings(contacts: Collection[Contact]) -> set[str]:
    """Their addresses as rows may have them."""
    return {spelled for one in contacts for spelled in (addresses.folded(one.email), one.email.strip().lower())}


def _comment(row: CaseComment) -> Entry:
    return Entry(row.created_at, row.from_name, row.subject, row.body, files=list(row.files.all()))


def _mail(row: Email) -> Entry:
    content = getattr(row, "content", None)
    text = (content.reply_text or content.text) if content is not None else row.preview
    files = [one for one in row.attachments.all() if _shown(one)]
    ours = row.direction == Direction.OUTGOING
    who = row.from_name or row.from_address
    return Entry(row.date, who, subjects.without_prefixes(row.subject), text, ours, attachments=files)


def _shown(one: Attachment) -> bool:
    return one.state == Attachment.State.DELIVERED and one.file_id is not None and not one.inline
