"""What a mail itself says of its files, read by the standard library: what else a source states, it made up."""

import email
import email.header
import email.utils
import hashlib
import re
from email.message import Message


class Declared:
    """The names that a mail gives its files, each part's together."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts = [names for part in email.message_from_bytes(raw).walk() if (names := set(_names(part)))]

    def names(self, said: str) -> bool:
        """Whether the mail holds this name; a program numbers, hashes or invents a name for a file without one."""
        if not said.isascii():
            return True  # the library cannot read every charset; no program invents such a name
        plainly = rb"name[*0-9]*=\s*\"?" + re.escape(said.encode())
        known = any(alike(said) in {alike(name) for name in names} for names in self.parts)
        return known or re.search(plainly, self.raw, re.IGNORECASE) is not None

    def other_names(self, said: str) -> set[str]:
        """All names of the parts that bear this one: the two fields of a part may differ, and programs choose."""
        found = [names for names in self.parts if alike(said) in {alike(name) for name in names}]
        return {alike(name) for names in found for name in names} | {alike(said)}


def alike(name: str) -> str:
    """A name without blanks, and without the characters that file systems refuse, which programs replace."""
    return re.sub(r"[\s*_\u200b\ufeff:;/\\?\"<>|]+", "", name)


def _names(part: Message) -> list[str]:
    """By Content-Disposition and Content-Type; an attached mail is called by its subject."""
    found = [part.get_filename(), part.get_param("name"), part.get_param("name", header="content-disposition")]
    if part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list):
        inner = part.get_payload()[0]
        found.append(f"{_decoded(str(inner.get('Subject') or ''))}.eml")
    plain = [email.utils.collapse_rfc2231_value(name) for name in found if name]
    return [_decoded(name) for name in plain]


def _decoded(text: str) -> str:
    try:
        return str(email.header.make_header(email.header.decode_header(text)))
    except (LookupError, UnicodeError, ValueError):
        return text


def digests(content: bytes) -> set[str]:
    """An attached mail's digests: its line ends, its last line and how it is written out differ among programs."""
    unix = content.replace(b"\r\n", b"\n")
    forms = {content, unix, unix.replace(b"\n", b"\r\n"), email.message_from_bytes(content).as_bytes()}
    return {hashlib.sha256(form).hexdigest() for one in forms for form in (one, one.strip())}
