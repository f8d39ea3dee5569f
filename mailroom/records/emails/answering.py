"""Replies and forwards: who gets them, what they quote, and how they stand in the thread (BEHAVIOUR 3.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailroom.mime import addresses, bodies, quoting, references, remote_images, thread_index
from mailroom.mime import subject as subjects
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Attachment, Direction, Email
from mailroom.records.organisation.models import PersonSetting, User

SIGNATURE = "signature"
SIGNED = '<div data-signature="1">%s</div>'
QUOTED = '<div data-quoted="1">%s<blockquote type="cite">%s</blockquote></div>'


@dataclass(frozen=True, slots=True)
class Voice:
    """How an answer speaks: from which account (None: the one that got the mail), in which language, at whose time.

    `written` is HTML that stands in place of room to write and signature; `sender` is who stands in From.
    """

    account: EmailAccount | None = None
    language: str = ""
    time_zone: str = "UTC"
    written: str = ""
    sender: Address | None = None


def reply(email: Email, user: User | None, now: datetime, to_all: bool = False, voice: Voice | None = None) -> Email:
    """A draft that answers `email`: to Reply-To, else From; with `to_all` also To and Cc, without our own addresses."""
    voice = voice or Voice()
    to, cc = recipients(email, to_all)
    heading = quoting.attribution(voice.language, _local(email, voice), who(email))
    text, html = _bodies(email, user, heading, voice.written)
    fields = DraftFields(
        account=voice.account or email.account,
        to=to,
        cc=cc,
        subject=subjects.reply_subject(email.subject),
        in_reply_to=(email.message_id,) if email.message_id else (),
        references=references.for_reply(email.message_id, *named(email)),
        thread_id=email.thread_id,
        answers=email.pk,
        related=(email.related_entity_type, email.related_entity_id, email.related_entity_description),
        text=text,
        html=html,
        extra=_thread_index(email, now),
        sender=voice.sender,
    )
    draft = compose.create(fields, now, user)
    quoted = [file for file in delivered(email) if file.inline and file.content_id and file.content_id in html]
    compose.copy_files(draft, quoted)
    return draft


def forward(email: Email, user: User | None, now: datetime, voice: Voice | None = None) -> Email:
    """A draft that passes `email` on, with its files."""
    voice = voice or Voice()
    moment = _local(email, voice)
    heading = quoting.forwarded(voice.language, moment, who(email), email.subject, email.to_line)
    text, html = _bodies(email, user, heading)
    fields = DraftFields(
        account=voice.account or email.account,
        subject=subjects.forward_subject(email.subject),
        references=references.for_reply(email.message_id, *named(email)),
        thread_id=email.thread_id,
        related=(email.related_entity_type, email.related_entity_id, email.related_entity_description),
        text=text,
        html=html,
        extra=_thread_index(email, now),
    )
    draft = compose.create(fields, now, user)
    compose.copy_files(draft, delivered(email))
    return draft


def again(email: Email, user: User | None, now: datetime) -> Email:
    """A draft with the same recipients, text and files, to be changed and sent once more."""
    fields: dict[str, list[Address]] = {"to": [], "cc": [], "bcc": [], "reply_to": []}
    for row in email.recipients.all():
        fields[row.kind].append(Address(row.name, row.address))
    content = email.content
    draft = compose.create(
        DraftFields(
            account=email.account,
            to=fields["to"],
            cc=fields["cc"],
            bcc=fields["bcc"],
            subject=email.subject,
            thread_id=email.thread_id,
            related=(email.related_entity_type, email.related_entity_id, email.related_entity_description),
            text=content.text,
            html=content.html,
        ),
        now,
        user,
    )
    compose.copy_files(draft, delivered(email))
    return draft


def delivered(email: Email) -> list[Attachment]:
    """The files that the reader of a mail gets."""
    return list(email.attachments.filter(state=Attachment.State.DELIVERED, file__isnull=False))


def new_draft(user: User, account: EmailAccount, now: datetime) -> Email:
    """An empty draft with the person's signature."""
    html = opening(user)
    return compose.create(DraftFields(account=account, html=html, text=bodies.text_from_html(html)), now, user)


def opening(user: User | None, switch: str = "signature_new") -> str:
    """What a mail begins with: room to write, then the signature when its switch is on."""
    signature = signature_of(user, switch)
    return f"<p><br></p>{SIGNED % signature}" if signature else "<p><br></p>"


def recipients(email: Email, to_all: bool) -> tuple[list[Address], list[Address]]:
    """To and Cc of a reply; Bcc never."""
    fields: dict[str, list[Address]] = {"to": [], "cc": [], "bcc": [], "reply_to": []}
    for row in email.recipients.all():
        fields[row.kind].append(Address(row.name, row.address))
    if email.direction == Direction.OUTGOING:
        return fields["to"], fields["cc"] if to_all else []
    first = fields["reply_to"] or [Address(email.from_name, email.from_address)]
    if not to_all:
        return first, []
    taken = compose.own_addresses() | {_key(item) for item in first}
    others: list[list[Address]] = [[], []]
    for place, name in enumerate(("to", "cc")):
        for item in fields[name]:
            if item.address and _key(item) not in taken:
                taken.add(_key(item))
                others[place].append(item)
    return first + others[0], others[1]


def _key(item: Address) -> tuple[str, str]:
    return item.address.rpartition("@")[0].casefold(), addresses.domain(item.address)


def named(email: Email) -> tuple[Sequence[str], Sequence[str]]:
    """The References and In-Reply-To of the mail that is answered."""
    found = {name.lower(): value for name, value in _headers(email)}
    return references.message_ids(found.get("references", "")), references.message_ids(found.get("in-reply-to", ""))


def _headers(email: Email) -> list[tuple[str, str]]:
    content = getattr(email, "content", None)
    stored = content.headers if content is not None else []
    return [(pair[0], pair[1]) for pair in stored] if isinstance(stored, list) else []


def signature_of(user: User | None, switch: str) -> str:
    """The person's signature as HTML, when the switch for this kind of mail is on (it is unless switched off)."""
    if user is None:
        return ""
    rows = PersonSetting.objects.filter(user=user, name__in=(SIGNATURE, switch)).values_list("name", "value")
    found = dict(rows)
    return str(found.get(SIGNATURE, "")) if found.get(switch, True) else ""


def _bodies(email: Email, user: User | None, heading: str, written: str = "") -> tuple[str, str]:
    """Text and HTML: room to write and the signature, or what is written, then the heading and the original quoted."""
    content = email.content
    quoted_html = (
        remote_images.hold(bodies.sanitise_html(content.html)) if content.html else bodies.html_from_text(content.text)
    )
    quoted_text = "\n".join(f"> {row}".rstrip() for row in content.text.split("\n"))
    html = (written or opening(user, "signature_replies")) + QUOTED % (bodies.html_from_text(heading), quoted_html)
    if written:
        return f"{bodies.text_from_html(written)}\n\n{heading}\n{quoted_text}", html
    text = f"\n\n{bodies.text_from_html(signature_of(user, 'signature_replies'))}\n\n{heading}\n{quoted_text}"
    return text, html


def who(email: Email) -> str:
    """The sender as quoted mail names him."""
    return f"{email.from_name} <{email.from_address}>" if email.from_name else email.from_address


def _local(email: Email, voice: Voice) -> datetime:
    try:
        return email.date.astimezone(ZoneInfo(voice.time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        return email.date


def _thread_index(email: Email, now: datetime) -> dict[str, Any]:
    """Outlook's thread mark, kept and one step longer (T17)."""
    found = next((value for name, value in _headers(email) if name.lower() == "thread-index"), "")
    longer = thread_index.extended(found, now)
    return {"thread_index": longer} if longer else {}
