"""What a customer writes back: an answer in his language, an absence note, or his server's report of a bounce.

Pure: the mail that came and how often he has answered go in, a message comes out. A customer never answers automatic
mail (RFC 3834 §2) and at most three times in a conversation.
"""

import email.policy
import random
import zlib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, getaddresses
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mailroom.demo.mail_world import smtp_server
from mailroom.demo.mail_world.residents import Manner, Resident

ANSWERS_A_CONVERSATION = 3
POLICY = email.policy.SMTP.clone(max_line_length=78)
BULK = frozenset({"bulk", "list", "junk", "auto_reply"})


@dataclass(frozen=True, slots=True)
class Posted:
    """A message ready for SMTP; the sender is empty for reports and absence notes (RFC 3834 §3.3)."""

    sender: str
    recipient: str
    raw: bytes


def read(raw: bytes) -> EmailMessage:
    """A received mail as the customer's mail program sees it."""
    message = BytesParser(policy=POLICY).parsebytes(raw)
    if not isinstance(message, EmailMessage):
        raise TypeError("the policy makes EmailMessage")
    return message


def conversation(message: EmailMessage) -> str:
    """What binds the mails of a conversation: the first Message-ID in References, else the mail's own."""
    known = str(message.get("References", "")).split() or str(message.get("In-Reply-To", "")).split()
    return known[0] if known else str(message.get("Message-ID", "")).strip()


def is_automatic(message: EmailMessage, sender: str) -> bool:
    """Whether a polite mail program must not answer this."""
    submitted = str(message.get("Auto-Submitted", "no")).lower()
    bulk = str(message.get("Precedence", "")).lower() in BULK
    return not sender or submitted != "no" or bulk or "List-Id" in message or "X-Auto-Response-Suppress" in message


def reaction(resident: Resident, sender: str, raw: bytes, answered: int, now: datetime) -> Posted | None:
    """What the resident sends back to a mail; `answered` counts the answers so far in the conversation."""
    message = read(raw)
    if resident.manner is Manner.BOUNCES:
        return _bounce(resident, sender, message, now) if sender else None
    if is_automatic(message, sender) or answered >= ANSWERS_A_CONVERSATION:
        return None
    if resident.manner is Manner.OUT_OF_OFFICE and answered == 0:
        return _absence_note(resident, sender, message, now)
    return _answer(resident, message, answered, now)


@cache
def words() -> dict[str, Any]:
    """The texts of `answers.yaml`, by language."""
    content: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text(encoding="utf-8"))
    return content


def _answer(resident: Resident, message: EmailMessage, answered: int, now: datetime) -> Posted | None:
    target = getaddresses([str(message.get("Reply-To") or message.get("From", ""))])
    if not target or "@" not in target[0][1]:
        return None
    name, address = target[0]
    said = words()[resident.language if resident.language in words() else "en"]
    choose = random.Random(zlib.crc32(f"{conversation(message)}{answered}".encode()))  # noqa: S311 - a die, no secret
    quoted = _text(message)
    lines = [
        choose.choice(said["greeting"]).format(first=name.split()[0] if name else "").replace(" ,", ","),
        "",
        _body(said, f"{message.get('Subject', '')}\n{quoted}", answered, choose),
        "",
        choose.choice(said["closing"]),
        resident.name,
        *([resident.title] if resident.title else []),
        "",
        said["wrote"].format(day=f"{now:%d.%m.%Y}", name=name or address),
        *(f"> {line}".rstrip() for line in quoted.splitlines()),
    ]
    reply = _reply_to(resident, address, message, said["prefix"], now, answered)
    reply.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    return Posted(resident.address, address, reply.as_bytes(policy=POLICY))


def _body(said: dict[str, Any], text: str, answered: int, choose: random.Random) -> str:
    if answered == ANSWERS_A_CONVERSATION - 1:
        return str(choose.choice(said["goodbye"]))
    folded = text.casefold()
    hits = {about: sum(folded.count(sign) for sign in signs) for about, signs in said["signs"].items()}
    about = max(hits, key=lambda name: hits[name])
    texts = said[about if hits[about] else "other"]
    return str(texts[answered % len(texts)])


def _absence_note(resident: Resident, sender: str, message: EmailMessage, now: datetime) -> Posted:
    said = words()[resident.language]
    note = _reply_to(resident, sender, message, said["out_of_office"]["subject"], now, 0)
    note["Auto-Submitted"] = "auto-replied"
    note["X-Auto-Response-Suppress"] = "All"
    note.set_content(f"{said['out_of_office']['text']}\n\n{resident.name}\n", cte="quoted-printable")
    return Posted("", sender, note.as_bytes(policy=POLICY))


def _reply_to(
    resident: Resident, address: str, message: EmailMessage, prefix: str, now: datetime, answered: int
) -> EmailMessage:
    """The headers of a reply (RFC 5322 §3.6.4)."""
    theirs = str(message.get("Message-ID", "")).strip()
    subject = str(message.get("Subject", ""))
    known = str(message.get("References", "")).split()
    reply = EmailMessage(policy=POLICY)
    reply["From"] = f'"{resident.name}" <{resident.address}>'
    reply["To"] = address
    reply["Subject"] = subject if subject.lower().startswith(prefix.lower()) else prefix + subject
    reply["Date"] = format_datetime(now)
    domain = resident.address.rpartition("@")[2]
    reply["Message-ID"] = f"<{zlib.crc32(theirs.encode()):08x}.{int(now.timestamp())}.{answered}@{domain}>"
    if theirs:
        reply["In-Reply-To"] = theirs
        reply["References"] = " ".join([*known, theirs])
    return reply


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None or part.get_content_type() != "text/plain":
        return ""
    text = part.get_content()
    return text if isinstance(text, str) else ""


def _bounce(resident: Resident, sender: str, message: EmailMessage, now: datetime) -> Posted:
    """A report that the mail could not be delivered (RFC 3464), with the headers of the mail."""
    host, domain = smtp_server.HOSTNAME, resident.address.rpartition("@")[2]
    mark = f"{zlib.crc32(conversation(message).encode()):08x}.{int(now.timestamp())}"
    diagnostic = "552 5.2.2 Mailbox full: the quota of 2048 MB is used up"
    headers = "".join(f"{name}: {value}\r\n" for name, value in message.items() if name.lower() != "bcc")
    raw = f"""From: Mail delivery system <MAILER-DAEMON@{domain}>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Date: {format_datetime(now)}
Message-ID: <{mark}@{host}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{mark}"

--{mark}
Content-Type: text/plain; charset=us-ascii

This is the mail system at host {host}.

I am sorry to have to inform you that your message could not be delivered:

<{resident.address}>: {diagnostic}

--{mark}
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}
Arrival-Date: {format_datetime(now)}

Final-Recipient: rfc822; {resident.address}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; {diagnostic}

--{mark}
Content-Type: text/rfc822-headers; charset=utf-8
Content-Transfer-Encoding: 8bit

"""
    report = raw.replace("\n", "\r\n").encode() + headers.encode("utf-8", "replace") + f"\r\n--{mark}--\r\n".encode()
    return Posted("", sender, report)
