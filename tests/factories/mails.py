"""Mails as a server hands them over, made in memory."""

import itertools
from collections.abc import Sequence

from mailroom.flows.receiving.servers.contract import Fetched

_uids = itertools.count(1)


def letter(name: str, *named: str, subject: str = "", parts: Sequence[bytes] = ()) -> bytes:
    """A mail with the Message-ID `name` that names others as its References; `parts` are MIME parts of its own."""
    head = f"From: ola@example.org\r\nTo: post@mailroom.test\r\nSubject: {subject or name}\r\nMessage-ID: <{name}>\r\n"
    if named:
        head += "References: " + " ".join(f"<{item}>" for item in named) + "\r\n"
    if not parts:
        return f"{head}\r\nHello from {name}\r\n".encode()
    head += "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
    inside = b"".join(b"--b\r\n" + part + b"\r\n" for part in (b"\r\nHello", *parts))
    return f"{head}\r\n".encode() + inside + b"--b--\r\n"


def file(name: str, content: bytes = b"content", kind: str = "application/octet-stream", extra: str = "") -> bytes:
    """A MIME part that is a file."""
    head = f'Content-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n{extra}\r\n'
    return head.encode() + content


def fetched(*raws: bytes, folder: str = "INBOX") -> list[Fetched]:
    """The mails as one slice off a server, each at a place of its own."""
    return [Fetched(raw, folder, str(next(_uids)), 1) for raw in raws]
