"""The conversation round an email: what stands near it, the chosen mail unfolded, the rest on demand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.mail import files, images_wanted, nature, rights, tables
from mailroom.flows.incoming import reference_block
from mailroom.mime import remote_images
from mailroom.records.conversations import notes
from mailroom.records.emails import frame, ledger
from mailroom.records.emails.models import Direction, Email, EmailContent, Status

NEAR_BEFORE = 4
NEAR_AFTER = 12
PAGE = 40
MOST_COUNTED = 2000


@dataclass(slots=True)
class Conversation:
    """What the pane shows of a thread: its messages, oldest first, and how many stand before and after them."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    earlier: int = 0
    later: int = 0
    total: int = 0
    newest: Email | None = None

    @property
    def first(self) -> Email:
        """The oldest shown."""
        found: Email = self.messages[0]["email"]
        return found

    @property
    def last(self) -> Email:
        """The newest shown."""
        found: Email = self.messages[-1]["email"]
        return found


def rows(request: HttpRequest, thread_id: int | None) -> QuerySet[Email]:
    """The emails of a conversation that this person may see, without their bodies."""
    found = tables.visible(request).exclude(status=Status.DELETED).filter(thread=thread_id)
    if thread_id is None:
        return found.none()
    return found.select_related("account")


def before(email: Email) -> Q:
    """What is older than `email`, by key."""
    return Q(date__lt=email.date) | Q(date=email.date, pk__lt=email.pk)


def after(email: Email) -> Q:
    """What is newer than `email`, by key."""
    return Q(date__gt=email.date) | Q(date=email.date, pk__gt=email.pk)


def read(request: HttpRequest, email: Email) -> Conversation:
    """The neighbourhood of `email` in its conversation: a fixed number of queries and rows, however long it is."""
    found = rows(request, email.thread_id)
    older = list(found.filter(before(email)).order_by("-date", "-pk")[:NEAR_BEFORE])
    newer = list(found.filter(after(email)).order_by("date", "pk")[:NEAR_AFTER])
    total = found.values("pk")[:MOST_COUNTED].count()
    near = [*reversed(older), email, *newer]
    earlier = found.filter(before(near[0])).values("pk")[:MOST_COUNTED].count() if len(older) == NEAR_BEFORE else 0
    conversation = Conversation(earlier=earlier, later=max(0, total - earlier - len(near)), total=max(total, len(near)))
    opened = [email] if not newer or conversation.later else [email, newer[-1]]
    conversation.newest = newer[-1] if newer else email
    conversation.messages = messages(request, near, [one for one in opened if one.status != Status.DRAFT])
    return conversation


def messages(request: HttpRequest, emails: Sequence[Email], opened: Sequence[Email] = ()) -> list[dict[str, Any]]:
    """Messages for the template, each with the notes below it; `opened` ones with body, files and delivery."""
    fresh = {one.pk: one for one in with_content(request, [one.pk for one in opened])}
    said = notes.by_email([one.pk for one in emails])
    return [
        (opened_message(request, fresh[one.pk]) if one.pk in fresh else folded_message(one))
        | {"notes": said.get(one.pk, [])}
        for one in emails
    ]


def with_content(request: HttpRequest, ids: Sequence[int]) -> QuerySet[Email]:
    """These emails with all that an open message shows."""
    found = tables.visible(request).filter(pk__in=list(ids)).select_related("account", "content", "sent_copy")
    return found.prefetch_related("attachments__file", "recipients", "delivery_attempts")


def folded_message(email: Email) -> dict[str, Any]:
    """A message of which only sender, time and first line show."""
    return {"email": email, "open": False, "who": tables.sender(email), "line": email.preview, "draft": is_draft(email)}


def opened_message(request: HttpRequest, email: Email) -> dict[str, Any]:
    """A message in full."""
    content = getattr(email, "content", None)
    html, text, facts = (content.html, content.text, content.noted) if content else ("", "", {})
    remote = remote_images.count(html[: frame.SHOWN_AT_FIRST]) if html else remote_images.Remote()
    return folded_message(email) | {
        "open": True,
        "remote": remote,
        "trusted": remote.images > 0 and images_wanted.from_sender(request, email),
        "cut": frame.is_cut(html, text),
        "has_text": bool(html and text),
        "note": facts.get("note", ""),
        "header_only": bool(facts.get("cut")),
        "handled": facts.get("handled"),
        "nature": nature.of(request, facts),
        "about": about(request, content),
        "verdicts": facts.get("authentication") or {},
        "files": files.listed(email),
        "in_doubt": email.status == Status.FAILED and any(row.outcome == "in_doubt" for row in email.recipients.all()),
        "delivery": ledger.delivery(email) if email.direction == Direction.OUTGOING else None,
        "copy": getattr(email, "sent_copy", None),
    }


def about(request: HttpRequest, content: EmailContent | None) -> dict[str, Any] | None:
    """The block about references below a body, without the emails that this person may not see."""
    found = reference_block.of(content)
    if found is None:
        return None
    seen = reference_block.seen_by(found, requests.user_of(request))
    words = [
        (reference_block.LABELS[name], words) for name, words in seen.words.items() if name in reference_block.LABELS
    ]
    mails = [
        {"id": pk, "date": parse_datetime(date), "who": who, "subject": subject}
        for pk, date, who, subject in seen.mails
    ]
    return {"words": words, "mails": mails}


def is_draft(email: Email) -> bool:
    """Whether it is still being written."""
    return email.status in {Status.DRAFT, Status.CANCELED}


@require_GET
def message(request: HttpRequest, key: int) -> HttpResponse:
    """One message of the pane, unfolded."""
    return answer(request, rights.find(request, key))


def answer(request: HttpRequest, email: Email) -> HttpResponse:
    """The fragment of one open message with its notes."""
    shown = messages(request, [email], [email])[0]
    context = {"message": shown, "may_write": rights.may_write(request)}
    return requests.no_store(render(request, "mail/_message.html", context))


@require_GET
def more(request: HttpRequest, key: int, way: str) -> HttpResponse:
    """The next page of folded messages before or after this one."""
    email = rights.find(request, key)
    found = rows(request, email.thread_id)
    if way == "earlier":
        page = list(found.filter(before(email)).order_by("-date", "-pk")[:PAGE])[::-1]
        left = found.filter(before(page[0])).values("pk")[:MOST_COUNTED].count() if page else 0
    else:
        page = list(found.filter(after(email)).order_by("date", "pk")[:PAGE])
        left = found.filter(after(page[-1])).values("pk")[:MOST_COUNTED].count() if page else 0
    shown = Conversation(messages(request, page), left if way == "earlier" else 0, left if way == "later" else 0)
    context = {"conversation": shown, "may_write": rights.may_write(request)}
    return requests.no_store(render(request, "mail/_messages.html", context))
