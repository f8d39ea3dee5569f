"""What people do together around emails: notes, snooze, read marks, and conversations joined or parted."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, Moment, Page
from mailroom.records.conversations import joining, notes, snooze
from mailroom.records.conversations.models import Mention, Note
from mailroom.records.emails import doubt, present, queries, status
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation.models import User

router = Router(tags=["emails"])
threads = Router(tags=["threads"])
mentions = Router(tags=["mentions"])
PAGE = 50


class NoteIn(Schema):
    """A note; `@login` in it tells that person."""

    text: str = Field(max_length=notes.LONGEST)


class SnoozeIn(Schema):
    """Until when."""

    until: Moment


class MergeIn(Schema):
    """The conversations that shall become one with the one in the address."""

    threads: list[int] = Field(min_length=1, max_length=50)


@router.get("/{int:number}/notes", response={200: list[dict[str, Any]], **ERRORS})
def list_notes(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """The internal notes on an email, oldest first."""
    email = _find(rights.user_of(request), number)
    return [_note(note) for note in notes.by_email([email.pk]).get(email.pk, [])]


@router.post("/{int:number}/notes", response={201: dict[str, Any], **ERRORS})
def write_note(request: HttpRequest, number: int, new: NoteIn) -> Any:
    """Write an internal note; answers whom it told and who may not see the email."""
    user = rights.writer(request)
    try:
        written = notes.write(_find(user, number), user, new.text, clock.now())
    except notes.NotAllowed as error:
        raise HttpError(422, str(error)) from error
    told = {"told": [one.login for one in written.told], "not_told": [one.login for one in written.strangers]}
    return Answer(201, _note(written.note) | told)


@router.delete("/{int:number}/notes/{int:note}", response={204: None, **ERRORS})
def delete_note(request: HttpRequest, number: int, note: int) -> Any:
    """Take a note back; only its author or an administrator may."""
    user = rights.writer(request)
    row = Note.objects.filter(email=_find(user, number), pk=note).first() if note <= LARGEST_ID else None
    if row is None:
        raise Http404
    try:
        notes.delete(row, user)
    except notes.NotAllowed as error:
        raise HttpError(403, str(error)) from error
    return Answer(204, None)


@router.put("/{int:number}/snooze", response={200: dict[str, Any], **ERRORS})
def put_off(request: HttpRequest, number: int, wanted: SnoozeIn) -> dict[str, Any]:
    """Put the email off for the one who asks."""
    user = rights.user_of(request)
    try:
        snooze.put_off([_find(user, number)], user, wanted.until, clock.now())
    except snooze.BadTime as error:
        raise HttpError(422, str(error)) from error
    return {"email": number, "until": wanted.until.isoformat()}


@router.delete("/{int:number}/snooze", response={204: None, **ERRORS})
def wake(request: HttpRequest, number: int) -> Any:
    """Take the email back from snooze."""
    user = rights.user_of(request)
    snooze.wake([_find(user, number).pk], user)
    return Answer(204, None)


@router.post("/{int:number}/read", response={200: dict[str, Any], **ERRORS})
def read(request: HttpRequest, number: int) -> dict[str, Any]:
    """Mark as read; only its owner may."""
    return _mark(rights.writer(request), number, read=True)


@router.post("/{int:number}/unread", response={200: dict[str, Any], **ERRORS})
def unread(request: HttpRequest, number: int) -> dict[str, Any]:
    """Mark as unread; only its owner may."""
    return _mark(rights.writer(request), number, read=False)


def _mark(user: User, number: int, read: bool) -> dict[str, Any]:
    email = _find(user, number)
    moved = status.mark_read_many([email.pk], getattr(user, "employee", None), read=read)
    if email.pk in moved.refused:
        raise status.Refused(moved.refused[email.pk])
    return present.as_json(_find(user, number), with_bodies=False)


@router.post("/{int:number}/mark-delivered", response={200: dict[str, Any], **ERRORS})
def mark_delivered(request: HttpRequest, number: int) -> dict[str, Any]:
    """Delivery was unknown, and somebody found out that the email arrived."""
    user = rights.writer(request)
    doubt.mark_delivered(_find(user, number), clock.now(), user)
    return present.as_json(_find(user, number), with_bodies=False)


@router.post("/{int:number}/split", response={200: dict[str, Any], **ERRORS})
def split(request: HttpRequest, number: int) -> dict[str, Any]:
    """Give the email a conversation of its own."""
    user = rights.writer(request)
    try:
        change = joining.split([_find(user, number)], user, clock.now())
    except joining.NotPossible as error:
        raise status.Refused(str(error)) from error
    return {"thread": change.target_id, "change": change.pk}


@threads.get("/{int:number}", response={200: Page, **ERRORS})
def show(request: HttpRequest, number: int, after: int = 0) -> dict[str, Any]:
    """The emails of a conversation that the one who asks may see, oldest first; `after` is the last id of a page."""
    found = _of_thread(rights.user_of(request), number)
    last = found.filter(pk=after).first() if 0 < after <= LARGEST_ID else None
    if last is not None:
        found = found.filter(date__gt=last.date) | found.filter(date=last.date, pk__gt=last.pk)
    rows = list(found.order_by("date", "pk")[: PAGE + 1])
    items = [present.as_json(email, with_bodies=False) for email in rows[:PAGE]]
    return {"items": items, "cursor": str(rows[PAGE - 1].pk) if len(rows) > PAGE else None}


@threads.post("/{int:number}/merge", response={200: dict[str, Any], **ERRORS})
def merge(request: HttpRequest, number: int, wanted: MergeIn) -> dict[str, Any]:
    """Make one conversation of several; the oldest stays, and `changes` take it back."""
    user = rights.writer(request)
    firsts = [_of_thread(user, one).order_by("date", "pk")[0] for one in dict.fromkeys([number, *wanted.threads])]
    try:
        changes = joining.merge(firsts, user, clock.now())
    except joining.NotPossible as error:
        raise status.Refused(str(error)) from error
    return {"thread": changes[0].target_id, "changes": [change.pk for change in changes]}


@threads.post("/{int:number}/undo", response={200: dict[str, int], **ERRORS})
def undo(request: HttpRequest, number: int) -> dict[str, int]:
    """Take back the last merge or split that the one who asks made with this conversation."""
    user = rights.writer(request)
    ids = list(_of_thread(user, number).values_list("pk", flat=True)[: joining.MOST])
    changes = joining.latest(ids, user)
    return {"moved": joining.undo([change.pk for change in changes], user, clock.now())}


@mentions.get("", response={200: list[dict[str, Any]], **ERRORS})
def unread_mentions(request: HttpRequest) -> list[dict[str, Any]]:
    """The notes that mention the one who asks and were not opened yet, newest first."""
    return [_mention(row) for row in notes.unread(rights.user_of(request))]


def _mention(row: Mention) -> dict[str, Any]:
    return {"email": row.note.email_id, "subject": row.note.email.subject} | _note(row.note)


def _note(note: Note) -> dict[str, Any]:
    author = note.author.login if note.author else None
    return {"id": note.pk, "at": note.at.isoformat(), "author": author, "text": note.text}


def _of_thread(user: User, number: int) -> Any:
    rows = queries.visible_to(user).exclude(status=Status.DELETED)
    found = rows.filter(thread=number if 0 < number <= LARGEST_ID else None)
    if not 0 < number <= LARGEST_ID or not found.exists():
        raise Http404
    return found.select_related(*present.RELATED).prefetch_related(*present.PREFETCHED)


def _find(user: User, number: int) -> Email:
    rows = queries.visible_to(user).select_related(*present.RELATED).prefetch_related(*present.PREFETCHED)
    email = rows.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if email is None:
        raise Http404
    return email
