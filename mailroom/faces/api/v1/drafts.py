"""A draft: its fields and files, what is found before sending, how it will look, Send."""

import base64
import binascii
from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import LARGEST_ID, Moment
from mailroom.flows.sending import outbox, preview
from mailroom.mime import bodies
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import checks, compose, inline_images, present, queries
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Attachment, Direction, Email
from mailroom.records.organisation.models import User

MOST_ADDRESSES = 500


class NewAttachment(Schema):
    """A file of an email, in base64; `inline` makes it a picture of the text, by its `content_id`."""

    name: str = Field(max_length=500)
    type: str = Field("application/octet-stream", max_length=255)
    content: str
    inline: bool = False


class FromMail(Schema):
    """Files of other emails, by the ids that those emails show."""

    attachments: list[int] = Field(min_length=1, max_length=50)


class DraftIn(Schema):
    """What changes in a draft; what is left out stays. With `version` an older copy is refused (409)."""

    account: str | None = Field(None, max_length=64)
    to: list[str] | None = Field(None, max_length=MOST_ADDRESSES)
    cc: list[str] | None = Field(None, max_length=MOST_ADDRESSES)
    bcc: list[str] | None = Field(None, max_length=MOST_ADDRESSES)
    subject: str | None = Field(None, max_length=2000)
    text: str | None = None
    html: str | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class SendIn(Schema):
    """How a draft is sent."""

    undo_seconds: int = Field(0, ge=0, le=outbox.LONGEST_UNDO)
    send_at: Moment | None = None
    cancel_if_answered: bool = False


def account_called(name: str, user: User) -> EmailAccount:
    """The account this person may write from; 422 when there is none of that name."""
    account = EmailAccount.objects.filter(email_account_id__iexact=name).first()
    if account is None or account.personal_owner_id not in {None, user.pk}:
        raise HttpError(422, f"There is no account {name}.")
    return account


def content_of(item: Any) -> bytes:
    """The bytes of a file; 422 when they are not base64."""
    try:
        return base64.b64decode(item.content, validate=True)
    except (binascii.Error, ValueError):
        raise HttpError(422, f"The content of {item.name} is not base64.") from None


def change(request: HttpRequest, number: int, changes: DraftIn) -> dict[str, Any]:
    """Change a draft or a canceled email."""
    user = rights.writer(request)
    email = _find(user, number)
    compose.save(email, _changed(email, changes, user), clock.now(), user, changes.version)
    return _shown(user, number)


def _changed(email: Email, changes: DraftIn, user: User) -> DraftFields:
    rows: dict[str, list[Address]] = {"to": [], "cc": [], "bcc": [], "reply_to": []}
    for row in email.recipients.all():
        rows[row.kind].append(Address(row.name, row.address))
    for kind in ("to", "cc", "bcc"):
        given = getattr(changes, kind)
        if given is not None:
            rows[kind] = [found for item in given for found in outbox.address(item)]
    text, html = email.content.text, email.content.html
    if changes.html is not None:
        html = bodies.sanitise_html(changes.html)
        text = bodies.text_from_html(html) if changes.text is None else changes.text
    elif changes.text is not None:
        text, html = changes.text, ""
    return DraftFields(
        account=account_called(changes.account, user) if changes.account is not None else email.account,
        to=rows["to"],
        cc=rows["cc"],
        bcc=rows["bcc"],
        subject=email.subject if changes.subject is None else changes.subject,
        text=text,
        html=html,
    )


def attach(request: HttpRequest, number: int, file: NewAttachment) -> Any:
    """Add a file to a draft."""
    email = _find(rights.writer(request), number)
    content = content_of(file)
    if file.inline:
        made = inline_images.add(email, file.name, file.type, content)
    else:
        made = compose.attach(email, file.name, file.type, content)
    return Answer(201, present.attachment(made))


def from_mail(request: HttpRequest, number: int, chosen: FromMail) -> list[dict[str, Any]]:
    """Put files of other emails on a draft; of emails that the one who asks may see."""
    user = rights.writer(request)
    email = _find(user, number)
    wanted = [one for one in dict.fromkeys(chosen.attachments) if 0 < one <= LARGEST_ID]
    rows = list(compose.readable_files(queries.visible_to(user)).filter(pk__in=wanted))
    if len(rows) != len(set(chosen.attachments)):
        raise Http404
    compose.copy_files(email, rows)
    return [present.attachment(row) for row in email.attachments.order_by("position", "pk")]


def detach(request: HttpRequest, number: int, attachment: int) -> Any:
    """Take a file off a draft."""
    email = _find(rights.writer(request), number)
    if not 0 < attachment <= LARGEST_ID or not Attachment.objects.filter(email=email, pk=attachment).exists():
        raise Http404
    compose.detach(email, attachment)
    return Answer(204, None)


def find_faults(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """What a person would be asked before this draft is sent; empty when nothing was found."""
    return [asdict(finding) for finding in checks.of_draft(_find(rights.user_of(request), number))]


def show_preview(request: HttpRequest, number: int) -> dict[str, Any]:
    """The message as it would be sent now: headers, HTML part and text part."""
    message = preview.of(_find(rights.user_of(request), number), clock.now())
    return {
        "subject": message.subject,
        "from": [address.to_json() for address in message.from_],
        "to": [address.to_json() for address in message.to],
        "html": message.html,
        "text": message.text,
        "attachments": [attachment.to_json() for attachment in message.attachments],
    }


def send(request: HttpRequest, number: int, how: SendIn | None = None) -> dict[str, Any]:
    """Queue a draft: at once, after an undo time, or not before `send_at`."""
    user, how = rights.writer(request), how or SendIn(undo_seconds=0)
    email = _find(user, number)
    outbox.enqueue(
        email.pk,
        clock.now(),
        user,
        undo_seconds=how.undo_seconds,
        send_at=how.send_at,
        cancel_if_answered=how.cancel_if_answered,
    )
    return _shown(user, number)


def _find(user: User, number: int) -> Email:
    rows = queries.visible_to(user).filter(direction=Direction.OUTGOING).select_related("account", "content")
    email = rows.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if email is None:
        raise Http404
    return email


def _shown(user: User, number: int) -> dict[str, Any]:
    rows = queries.visible_to(user).select_related(*present.RELATED, "content").prefetch_related(*present.PREFETCHED)
    return present.as_json(rows.get(pk=number))
