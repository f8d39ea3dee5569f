"""Replies and forwards: who gets them, what they quote, and how they stand in the thread (BEHAVIOUR 3.5)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from mailroom.mime import addresses, bodies, references, remote_images
from mailroom.mime import subject as subjects
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Attachment, Direction, Email
from mailroom.records.organisation.models import PersonSetting, User

SIGNATURE = "signature"
QUOTED = '<blockquote data-quoted="1">%s</blockquote>'


def reply(email: Email, user: User | None, now: datetime, to_all: bool = False) -> Email:
    """A draft that answers `email`: to Reply-To, else From; with `to_all` also To and Cc, without our own addresses."""
    to, cc = recipients(email, to_all)
    text, html = _bodies(email, user, _attribution(email))
    fields = DraftFields(
        account=email.account,
        to=to,
        cc=cc,
        subject=subjects.reply_subject(email.subject),
        in_reply_to=(email.message_id,) if email.message_id else (),
        references=references.for_reply(email.message_id, *_named(email)),
        thread_id=email.thread_id,
        answers=email.pk,
        related=(email.related_entity_type, email.related_entity_id, email.related_entity_description),
        text=text,
        html=html,
    )
    return compose.create(fields, now, user)


def forward(email: Email, user: User | None, now: datetime) -> Email:
    """A draft that passes `email` on, with its files."""
    text, html = _bodies(email, user, _forwarded_header(email))
    fields = DraftFields(
        account=email.account,
        subject=subjects.forward_subject(email.subject),
        references=references.for_reply(email.message_id, *_named(email)),
        thread_id=email.thread_id,
        related=(email.related_entity_type, email.related_entity_id, email.related_entity_description),
        text=text,
        html=html,
    )
    draft = compose.create(fields, now, user)
    copies = [
        Attachment(
            email=draft,
            file=file.file,
            position=place,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            content_id=file.content_id,
            inline=file.inline,
        )
        for place, file in enumerate(email.attachments.filter(state=Attachment.State.DELIVERED, file__isnull=False))
    ]
    Attachment.objects.bulk_create(copies)
    Email.objects.filter(pk=draft.pk).update(attachment_count=sum(1 for file in copies if not file.inline))
    return draft


def new_draft(user: User, account: EmailAccount, now: datetime) -> Email:
    """An empty draft with the person's signature."""
    signature = signature_of(user, "signature_new")
    html = f"<p><br></p>{signature}" if signature else ""
    return compose.create(DraftFields(account=account, html=html, text=bodies.text_from_html(signature)), now, user)


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


def _named(email: Email) -> tuple[Sequence[str], Sequence[str]]:
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


def _bodies(email: Email, user: User | None, heading: str) -> tuple[str, str]:
    """Text and HTML: room to write, the signature, the heading, the original quoted."""
    signature = signature_of(user, "signature_replies")
    content = email.content
    quoted_html = (
        remote_images.hold(bodies.sanitise_html(content.html)) if content.html else bodies.html_from_text(content.text)
    )
    quoted_text = "\n".join(f"> {row}".rstrip() for row in content.text.split("\n"))
    html = f"<p><br></p>{signature}{bodies.html_from_text(heading)}{QUOTED % quoted_html}"
    text = f"\n\n{bodies.text_from_html(signature)}\n\n{heading}\n{quoted_text}"
    return text, html


def _attribution(email: Email) -> str:
    who = f"{email.from_name} <{email.from_address}>" if email.from_name else email.from_address
    return _("On %(date)s, %(who)s wrote:") % {"date": f"{email.date:%Y-%m-%d %H:%M}", "who": who}


def _forwarded_header(email: Email) -> str:
    who = f"{email.from_name} <{email.from_address}>" if email.from_name else email.from_address
    rows = [
        _("---------- Forwarded message ----------"),
        f"{_('From')}: {who}",
        f"{_('Date')}: {email.date:%Y-%m-%d %H:%M}",
        f"{_('Subject')}: {email.subject}",
        f"{_('To')}: {email.to_line}",
    ]
    return "\n".join(rows)
