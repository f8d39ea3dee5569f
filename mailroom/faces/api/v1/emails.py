"""Emails: lists by key, one email, its bytes and history, writing, and every action of the windows."""

import hashlib
from typing import Any, Literal

from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1 import drafts, email_lists
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, Moment, Page, RelatedIn
from mailroom.flows.incoming import pipeline
from mailroom.flows.receiving import whole
from mailroom.flows.sending import holding, outbox, send
from mailroom.flows.sending.outbox import NewEmail, NewFile
from mailroom.records.activities import linking
from mailroom.records.emails import answering, present, release, removal, status
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.emails.moves import Action
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from mailroom.records.preferences import answers

router = Router(tags=["emails"])


class NewEmailIn(Schema):
    """An email to be written, and queued when `send` is true."""

    account: str = Field(max_length=64)
    to: list[str] = []
    cc: list[str] = []
    bcc: list[str] = []
    subject: str = Field("", max_length=2000)
    text: str = ""
    html: str = ""
    attachments: list[drafts.NewAttachment] = []
    send: bool = False
    undo_seconds: int = Field(0, ge=0, le=60)
    send_at: Moment | None = None
    cancel_if_answered: bool = False
    related: RelatedIn | None = Field(None, description="The record that it is an activity of.")
    idempotency_key: str = Field("", max_length=200)


router.get("", response={200: Page, **ERRORS})(email_lists.list_emails)


@router.post("", response={201: dict[str, Any], **ERRORS})
def create_email(request: HttpRequest, new: NewEmailIn) -> Any:
    """Write an email; the same `idempotency_key` of the same caller twice makes one."""
    user = rights.writer(request)
    account = drafts.account_called(new.account, user)
    target = linking.related(linking.find(new.related.type, new.related.id, user)) if new.related else None
    fields = DraftFields(
        account=account,
        to=[found for item in new.to for found in outbox.address(item)],
        cc=[found for item in new.cc for found in outbox.address(item)],
        bcc=[found for item in new.bcc for found in outbox.address(item)],
        subject=new.subject,
        text=new.text,
        html=new.html,
        related=(target.type, target.id, target.description) if target else ("", None, ""),
    )
    files = [NewFile(item.name, item.type, drafts.content_of(item)) for item in new.attachments]
    wanted = NewEmail(
        fields,
        files,
        new.send,
        new.undo_seconds,
        new.send_at,
        _own_key(user, new.idempotency_key),
        cancel_if_answered=new.cancel_if_answered,
    )
    email = outbox.create(wanted, clock.now(), user)
    return Answer(201, present.as_json(email_lists.rows(request).get(pk=email.pk)))


def _own_key(user: User, given: str) -> str:
    """The caller's key among his own: notices and answers of Mailroom are told apart by keys that can be guessed."""
    digest = hashlib.sha256(given.encode("utf-8", "backslashreplace")).hexdigest()
    return f"api:{user.pk}:{digest}" if given else ""


router.patch("/{int:number}", response={200: dict[str, Any], **ERRORS})(drafts.change)
router.post("/{int:number}/attachments", response={201: dict[str, Any], **ERRORS})(drafts.attach)
router.post("/{int:number}/attachments/from-mail", response={200: list[dict[str, Any]], **ERRORS})(drafts.from_mail)
router.delete("/{int:number}/attachments/{int:attachment}", response={204: None, **ERRORS})(drafts.detach)
router.get("/{int:number}/checks", response={200: list[dict[str, Any]], **ERRORS})(drafts.find_faults)
router.get("/{int:number}/preview", response={200: dict[str, Any], **ERRORS})(drafts.show_preview)
router.post("/{int:number}/send", response={200: dict[str, Any], **ERRORS})(drafts.send)


@router.get("/{int:number}", response={200: dict[str, Any], **ERRORS})
def show_email(request: HttpRequest, number: int) -> dict[str, Any]:
    """One email with its bodies."""
    return present.as_json(_find(request, number))


@router.get("/{int:number}/raw", response={200: None, **ERRORS})
def raw(request: HttpRequest, number: int) -> Any:
    """The exact bytes; 403 for who may not release a file of it that is held back."""
    email = _find(request, number)
    if email.raw_sha256 is None:
        raise Http404
    if not release.may_have_original(email, rights.user_of(request)):
        raise release.Withheld
    response = StreamingHttpResponse(store.open_stream(bytes(email.raw_sha256)), content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="email-{number}.eml"'
    return response


@router.get("/{int:number}/attachments/{int:attachment}", response={200: None, **ERRORS})
def attachment(request: HttpRequest, number: int, attachment: int) -> Any:
    """A file of an email, always as a download."""
    rows = _find(request, number).attachments.select_related("file")
    row = (
        rows.filter(pk=attachment, state="delivered", file__isnull=False).first() if attachment <= LARGEST_ID else None
    )
    if row is None or row.file is None:
        raise Http404
    response = StreamingHttpResponse(store.open_stream(bytes(row.file.sha256)), content_type="application/octet-stream")
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.post("/{int:number}/attachments/{int:attachment}/release", response={200: dict[str, Any], **ERRORS})
def release_file(request: HttpRequest, number: int, attachment: int) -> dict[str, Any]:
    """Release a quarantined file; administrators alone may."""
    user = rights.administrator(request)
    email = _find(request, number)
    if attachment > LARGEST_ID or not email.attachments.filter(pk=attachment).exists():
        raise Http404
    release.release(email, clock.now(), user, attachment)
    return present.as_json(_find(request, number))


@router.get("/{int:number}/history", response={200: list[dict[str, Any]], **ERRORS})
def history(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """Every change of its state."""
    rows = _find(request, number).status_changes.select_related("by")
    return [
        {
            "at": row.at.isoformat(),
            "action": row.action,
            "before": row.before,
            "after": row.after,
            "by": row.by.login if row.by else None,
            "reason": row.reason,
        }
        for row in rows
    ]


Act = Literal[
    "send-to-rest",
    "send-after-all",
    "cancel",
    "process",
    "delete",
    "restore",
    "archive",
    "restore-from-archive",
    "reply",
    "reply-all",
    "forward",
    "again",
    "fetch-whole",
]
MOVES = {
    "cancel": Action.CANCEL,
    "delete": Action.DELETE,
    "restore": Action.RESTORE,
    "archive": Action.ARCHIVE,
    "restore-from-archive": Action.RESTORE_FROM_ARCHIVE,
}


@router.post("/{int:number}/delete-permanently", response={204: None, **ERRORS})
def delete_permanently(request: HttpRequest, number: int) -> Any:
    """The second Delete: a deleted email is gone for good, with its bytes, notes and history."""
    user, email = rights.writer(request), _find(request, number)
    moved = removal.delete_permanently([email.pk], user)
    if not moved.ids:
        raise status.Refused(moved.refused[email.pk])
    return Answer(204, None)


@router.post("/{int:number}/{action}", response={200: dict[str, Any], **ERRORS})
def act(request: HttpRequest, number: int, action: Act) -> dict[str, Any]:
    """An action of the windows; reply, forward and again answer the new draft."""
    user, now, email = rights.writer(request), clock.now(), _find(request, number)
    if action in MOVES:
        status.move(email, MOVES[action], now, user)
    elif action == "send-to-rest":
        outbox.send_to_rest(email.pk, now, user)
    elif action == "send-after-all":
        _send_after_all(email, user)
    elif action == "process":
        _process(email, user)
    elif action == "fetch-whole":
        whole.fetch(email, now, user)
    elif action == "forward":
        email = answers.forward(email, user, now)
    elif action == "again":
        email = answering.again(email, user, now)
    else:
        email = answers.reply(email, user, now, to_all=action == "reply-all")
    return present.as_json(email_lists.rows(request).get(pk=email.pk))


def _send_after_all(email: Email, user: Any) -> None:
    if not holding.send_after_all([email.pk], clock.now(), user).ids:
        raise status.Refused("Only an email that is held can be sent after all.")


def _process(email: Email, user: Any) -> None:
    if email.status not in {Status.PENDING, Status.FAILED}:
        raise status.Refused("Only a pending or failed email can be processed.")
    if email.direction == Direction.OUTGOING:
        send.send_account(email.account_id, clock.now(), manual=True, only=[email.pk])
    else:
        pipeline.process_account(email.account_id, clock.now(), [email.pk], user)


def _find(request: HttpRequest, number: int) -> Email:
    email = email_lists.rows(request).filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if email is None:
        raise Http404
    return email
