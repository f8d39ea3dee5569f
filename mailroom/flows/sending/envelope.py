"""From a draft to the bytes that are sent: fixed once, when the mail is queued."""

import uuid
from datetime import datetime
from typing import Any

from mailroom.flows.sending import signing
from mailroom.flows.sending.models import DkimKey
from mailroom.mime import addresses, bodies, build, remote_images, styles
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount, SenderNameSource
from mailroom.records.emails.models import Attachment, Email, Lane
from mailroom.records.files import store


def new_message_id(account: EmailAccount) -> str:
    """A Message-ID nobody else makes (RFC 5322 §3.6.4), in the account's own domain."""
    return f"{uuid.uuid4().hex}@{addresses.domain(account.email_address) or 'localhost'}"


def sender(email: Email) -> tuple[Address, Address | None]:
    """The From address and, where replies shall go elsewhere, Reply-To.

    SM204002, *My outgoing server validates the 'From' field*: on, the account's address stands in From and the person
    is only its display name; off, a person with an own address stands there and answers come to the account. A program
    that wrote the mail may have named the sender.
    """
    account = email.account
    named = email.content.noted.get("sender")
    if named:
        return Address(str(named[0]), str(named[1])), None
    person = email.created_by
    name = account.sender_name
    if person is not None and account.sender_name_source == SenderNameSource.USER and email.lane == Lane.PERSON:
        name = person.full_name or name
    own = Address(name, account.email_address)
    if account.my_outgoing_server_validates_the_from_field or person is None or not person.email:
        return own, None
    return Address(person.full_name or name, person.email), own


class Files:
    """The files of a batch of mails: each is read, and encoded, once for all of them."""

    def __init__(self) -> None:
        self._read: dict[bytes, bytes] = {}
        self._keys: dict[int, DkimKey | None] = {}

    def key_of(self, account_id: int) -> DkimKey | None:
        """The key that an account's mail is signed with."""
        if account_id not in self._keys:
            self._keys[account_id] = signing.key_of(account_id)
        return self._keys[account_id]

    def get(self, item: Attachment) -> build.File:
        """An attachment with its content; raises store.FileMissing."""
        if item.file is None:
            raise store.FileMissing(f"The file {item.name} is missing.")
        digest = bytes(item.file.sha256)
        if digest not in self._read:
            self._read[digest] = store.read(digest)
        return build.File(item.name, item.content_type, self._read[digest], item.inline, item.content_id)


def make(email: Email, subject: str, now: datetime, files: Files | None = None) -> bytes:
    """The bytes of a queued mail. Bcc has no place in them. Raises store.FileMissing when a file is gone."""
    files = files or Files()
    content = email.content
    rows: dict[str, list[Address]] = {"to": [], "cc": [], "bcc": [], "reply_to": []}
    for row in email.recipients.all():
        rows[row.kind].append(Address(row.name, row.address))
    from_, reply_to = sender(email)
    facts = email.content.noted
    html = remote_images.release(bodies.sanitise_html(styles.inlined(content.html))) if content.html else ""
    raw = build.build(
        build.Outgoing(
            from_=from_,
            to=rows["to"],
            cc=rows["cc"],
            reply_to=rows["reply_to"] or ([reply_to] if reply_to else []),
            sender=_other_than(from_, email),
            subject=subject,
            message_id=email.message_id,
            date=now,
            text=content.text if not html else bodies.text_from_html(html),
            html=html,
            attachments=[files.get(item) for item in _attachments(email)],
            in_reply_to=facts.get("in_reply_to", ()),
            references=facts.get("references", ()),
            thread_index=facts.get("thread_index", ""),
            auto_submitted=facts.get("auto_submitted", ""),
            extra_headers=_unsubscribing(facts),
        )
    )
    return signing.signed(raw, files.key_of(email.account_id))


def _unsubscribing(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """How a reader of mass mail gets no more of it, by one click of his mail program (RFC 2369 §3.2, RFC 8058)."""
    link = str(facts.get("unsubscribe") or "")
    one_click = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    return [("List-Unsubscribe", f"<{link}>"), one_click] if link else []


def _other_than(from_: Address, email: Email) -> Address | None:
    """The account as Sender where another address stands in From by a program's wish (RFC 5322 §3.6.2)."""
    own = email.account.email_address
    return None if "sender" not in email.content.noted or addresses.same(from_.address, own) else Address("", own)


def _attachments(email: Email) -> list[Attachment]:
    fetched = "attachments" in getattr(email, "_prefetched_objects_cache", {})
    return list(email.attachments.all() if fetched else email.attachments.select_related("file"))
