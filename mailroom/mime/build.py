"""A message's bytes (RFC 5322, 2045 to 2049, 2231, 6532): assembled as text, fast enough for bulk.

Header values never carry line ends, Bcc is never written, boundaries never occur in what they part.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

from mailroom.mime import addresses
from mailroom.mime.file_names import UNKNOWN
from mailroom.mime.message import Address

LINE = 76
ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
TOKEN = re.compile(r"[A-Za-z0-9!#$&+.^_`{|}~-]+/[A-Za-z0-9!#$&+.^_`{|}~-]+")
HEADER_NAME = re.compile(r"[!-9;-~]+")


class HeaderRefused(ValueError):
    """A header field's name is none, or names a field that only this module writes."""


@dataclass(frozen=True)
class File:
    """An attachment; `inline` ones are related to the HTML body by their Content-ID."""

    name: str
    type: str
    content: bytes
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True)
class Outgoing:
    """A message to be written. Addresses of Bcc have no place in it: they are the envelope's affair.

    One that another wrote may lack its id, its date and the address of a person: then so does what is written.
    """

    from_: Address
    to: Sequence[Address]
    subject: str
    message_id: str
    date: datetime | None
    cc: Sequence[Address] = ()
    reply_to: Sequence[Address] = ()
    sender: Address | None = None
    text: str = ""
    html: str = ""
    attachments: Sequence[File] = ()
    in_reply_to: Sequence[str] = ()
    references: Sequence[str] = ()
    thread_index: str = ""
    auto_submitted: str = ""
    extra_headers: Sequence[tuple[str, str]] = field(default_factory=tuple)


OWN_FIELDS = frozenset(
    "bcc from to cc subject date message-id mime-version content-type content-transfer-encoding".split()
)


def build(outgoing: Outgoing) -> bytes:
    """The message with CRLF line ends, in seven bits but for local parts beyond ASCII: they are UTF-8 (RFC 6532)."""
    seed = hashlib.sha256(f"{outgoing.message_id}\n{outgoing.subject}".encode()).hexdigest()
    body = _body(outgoing, seed)
    return ("".join(_headers(outgoing)) + body).encode("utf-8", "replace")


def _headers(outgoing: Outgoing) -> list[str]:
    lines = [_header("Date", format_datetime(outgoing.date))] if outgoing.date else []
    lines.append(_addresses("From", [outgoing.from_]))
    if outgoing.sender:
        lines.append(_addresses("Sender", [outgoing.sender]))
    if outgoing.reply_to:
        lines.append(_addresses("Reply-To", outgoing.reply_to))
    if outgoing.to:
        lines.append(_addresses("To", outgoing.to))
    elif not outgoing.cc:
        lines.append("To: undisclosed-recipients:;\r\n")
    if outgoing.cc:
        lines.append(_addresses("Cc", outgoing.cc))
    lines.append(f"Subject: {_unstructured(outgoing.subject, 9)}\r\n")
    lines.extend(_identity(outgoing))
    if outgoing.thread_index:
        lines.append(_header("Thread-Index", outgoing.thread_index))
    if outgoing.auto_submitted:
        lines.append(_header("Auto-Submitted", outgoing.auto_submitted))
        lines.append("X-Auto-Response-Suppress: All\r\n")
    for name, value in outgoing.extra_headers:
        if not HEADER_NAME.fullmatch(name) or name.lower() in OWN_FIELDS:
            raise HeaderRefused(f"{name!r} cannot be set as an extra header field.")
        lines.append(f"{name}: {_unstructured(value, len(name) + 2)}\r\n")
    lines.append("MIME-Version: 1.0\r\n")
    return lines


def _identity(outgoing: Outgoing) -> list[str]:
    """The fields by which a conversation hangs together."""
    own = [f"Message-ID: <{_plain(outgoing.message_id)}>\r\n"] if outgoing.message_id else []
    others = (("In-Reply-To", outgoing.in_reply_to), ("References", outgoing.references))
    return own + [_ids(name, ids) for name, ids in others if ids]


def _plain(text: str) -> str:
    """Text without control characters: what would end a header line cannot get into one."""
    return CONTROL.sub(" ", text).strip()


def _header(name: str, value: str) -> str:
    return f"{name}: {_plain(value)}\r\n"


def _ids(name: str, ids: Sequence[str]) -> str:
    """A field of message ids; QUIRK: one beyond ASCII would need a server that takes UTF-8, so it is left out."""
    written = [f"<{_plain(item)}>" for item in ids if item.isascii()]
    return f"{name}: " + "\r\n ".join(written) + "\r\n" if written else ""


def _unstructured(text: str, used: int) -> str:
    """A folded value; words that are not ASCII become encoded words (RFC 2047)."""
    text = _plain(text)
    if not text.isascii() or "=?" in text or any(len(word) > 900 for word in text.split(" ")):
        return _encoded_words(text, used)
    if len(text) + used <= LINE + 2:
        return text
    lines, line = [], ""
    for word in text.split(" "):
        if line and used + len(line) + 1 + len(word) > LINE:
            lines.append(line)
            line, used = word, 1
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def _encoded_words(text: str, used: int) -> str:
    """Base64 words of at most 75 characters, never cutting a character in two."""
    words, chunk, size = [], "", 0
    limit = max(12, (75 - 12 - used) // 4 * 3)
    for char in text:
        width = len(char.encode("utf-8", "replace"))
        if size + width > limit:
            words.append(chunk)
            chunk, size, limit = "", 0, 45
        chunk += char
        size += width
    words.append(chunk)
    encoded = (base64.b64encode(word.encode("utf-8", "replace")).decode() for word in words)
    return "\r\n ".join(f"=?utf-8?B?{word}?=" for word in encoded)


def _addresses(name: str, mailboxes: Sequence[Address]) -> str:
    items = [_mailbox(item) for item in mailboxes]
    return f"{name}: " + ",\r\n ".join(items) + "\r\n"


def _mailbox(item: Address) -> str:
    address = envelope_address(item.address)
    name = " ".join(_plain(item.name).split())
    if not name or name == address:
        return address if ADDR_SPEC.fullmatch(address) else f"<{address}>"
    return f"{_phrase(name)} <{address}>" if address else _phrase(name)


def _phrase(name: str) -> str:
    """A display name (RFC 5322 §3.2.5)."""
    if not name.isascii() or "=?" in name:
        return _encoded_words(name, 10)
    if ATOM.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


WHOLE_ESCAPES = re.compile(r"(?:%..|[^%]){1,50}")
ADDR_SPEC = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


def envelope_address(address: str) -> str:
    """An address as it goes over the wire: its domain in ASCII (RFC 5891), a local part beyond ASCII as it stands."""
    address = CONTROL.sub("", address).strip().replace("<", "").replace(">", "")
    local, _at, domain = address.rpartition("@")
    return f"{local}@{addresses.ascii_domain(domain) or domain}" if local else address


def _body(outgoing: Outgoing, seed: str) -> str:
    inline = [item for item in outgoing.attachments if item.inline and item.content_id and outgoing.html]
    files = [item for item in outgoing.attachments if item not in inline]
    part = _content(outgoing, inline, seed)
    if not files:
        return part
    return _multipart("mixed", [part, *(_file(item, "attachment") for item in files)], f"{seed[:24]}-m")


def _content(outgoing: Outgoing, inline: Sequence[File], seed: str) -> str:
    if not outgoing.html:
        return _text(outgoing.text, "plain")
    html = _text(outgoing.html, "html")
    if inline:
        html = _multipart("related", [html, *(_file(item, "inline") for item in inline)], f"{seed[:24]}-r")
    text = outgoing.text or _from_html(outgoing.html)
    return _multipart("alternative", [_text(text, "plain"), html], f"{seed[:24]}-a")


def _from_html(html: str) -> str:
    from mailroom.mime import bodies  # its cleaner is costly to load for plain text mail

    return bodies.text_from_html(html)


def _multipart(kind: str, inner: Sequence[str], boundary: str) -> str:
    """Parts between boundaries; one that occurs in a part is changed until it does not (RFC 2046 §5.1.1)."""
    while any(f"--{boundary}" in part for part in inner):
        boundary = hashlib.sha256(boundary.encode()).hexdigest()[:32]
    opened = f"\r\n--{boundary}\r\n".join(inner)
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'
    return f"{head}--{boundary}\r\n{opened}\r\n--{boundary}--\r\n"


def _text(text: str, kind: str) -> str:
    """A text part: as it is when short ASCII lines allow, else quoted-printable, else base64 (RFC 2045 §6)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    head = f"Content-Type: text/{kind}; charset=utf-8\r\n"
    lines = text.split("\n")
    if text.isascii() and max(map(len, lines)) <= 998 and not CONTROL_TEXT.search(text) and not TRAILING.search(text):
        return f"{head}Content-Transfer-Encoding: 7bit\r\n\r\n" + "\r\n".join(lines)
    content = text.encode("utf-8", "replace")
    sample = content[:4000]
    if (len(sample) - len(sample.translate(None, BEYOND_ASCII))) * 3 > len(sample):
        return f"{head}Content-Transfer-Encoding: base64\r\n\r\n{_base64(content)}"
    quoted = binascii.b2a_qp(content, istext=True).decode("ascii").replace("\n", "\r\n")
    return f"{head}Content-Transfer-Encoding: quoted-printable\r\n\r\n{quoted}"


BEYOND_ASCII = bytes(range(127, 256))
CONTROL_TEXT = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
TRAILING = re.compile(r"[ \t]+(?:\n|$)|^From ", re.MULTILINE)


def _base64(content: bytes) -> str:
    return base64.encodebytes(content).decode("ascii").replace("\n", "\r\n").rstrip("\r\n")


@lru_cache(maxsize=64)
def _encoded_file(item: File) -> str:
    """An attachment's base64 text: a batch that carries one file encodes it once."""
    return _base64(item.content)


def _file(item: File, disposition: str) -> str:
    kind = item.type.lower() if TOKEN.fullmatch(item.type) else UNKNOWN
    if kind.startswith(("multipart/", "message/")):
        kind = UNKNOWN if kind.startswith("multipart/") else kind
    name = _plain(item.name).replace("/", "_").replace("\\", "_") or "file"
    identity = f"Content-ID: <{_plain(item.content_id)}>\r\n" if item.content_id else ""
    encoding = "base64"
    if kind == "message/rfc822":  # base64 is forbidden for it (RFC 2046 §5.2.1)
        kind, encoding = (kind, "7bit") if _needs_no_encoding(item.content) else (UNKNOWN, encoding)
    return (
        f"Content-Type: {kind};\r\n {_parameter('name', name)}\r\n"
        f"Content-Disposition: {disposition};\r\n {_parameter('filename', name)}\r\n"
        f"{identity}Content-Transfer-Encoding: {encoding}\r\n\r\n"
        f"{_encoded_file(item) if encoding == 'base64' else item.content.decode('ascii')}"
    )


def _needs_no_encoding(content: bytes) -> bool:
    """Whether every way of a message bears these bytes as they are (RFC 2045 §2.7)."""
    lines = content.split(b"\r\n")
    plain = (
        content.isascii() and b"\x00" not in content and content.count(b"\r") == content.count(b"\n") == len(lines) - 1
    )
    return plain and max(map(len, lines)) <= 998


def _parameter(name: str, value: str) -> str:
    """A parameter, in RFC 2231 form when it is long or not ASCII."""
    if value.isascii() and len(value) < 60:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name}="{escaped}"'
    encoded = quote(value.encode("utf-8", "replace"), safe="!#$&+-.^_`|~")
    pieces = WHOLE_ESCAPES.findall(encoded)  # never cutting a %XX in two
    if len(pieces) == 1:
        return f"{name}*=utf-8''{encoded}"
    pieces[0] = f"utf-8''{pieces[0]}"
    marked = [f"{name}*{number}*={piece}" for number, piece in enumerate(pieces)]
    return ";\r\n ".join(marked)
