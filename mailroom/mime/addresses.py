"""Address lists (RFC 5322 §3.4), read so that a display name can never pose as an address."""

import re
from collections.abc import Iterator
from functools import lru_cache

import idna

from mailroom.mime import charsets
from mailroom.mime.message import Address

# Senders choose these texts: what is read once is not given back (`++`), so that no text takes longer than its length.
ROUTE = re.compile(r"^@[^,:]++(?:,@[^,:]++)*+,?:")
PLAIN = re.compile(r"(?<![^\s<>@,;:\"()\[\]])[^\s<>@,;:\"()\[\]]++@[^\s<>@,;:\"()]+")
_SPEC = r"[^\s<>@,;:\"()\[\]\\']+@[^\s<>@,;:\"()\[\]\\']+"
MAILBOX = re.compile(
    rf"\s*+(?:(?:\"([^\"\\]*)\"|([^\s\"<>@,;:()\[\]\\'][^\"<>@,;:()\[\]\\]*+)|)\s*<({_SPEC})>|({_SPEC}))\s*(?:,\s*(?=\S)|\Z)"
)
MOST = 5000
LONGEST_USUAL = 200  # characters up to which a list is worth remembering: a mailbox gets most mail from and to the same


def parse(text: str) -> tuple[Address, ...]:
    """All mailboxes of a header field, groups opened (`undisclosed-recipients:;` gives none).

    Comments are dropped, quoted strings opened, encoded words decoded after splitting: a comma or an address inside
    a display name stays part of that name.
    """
    plain = _usual(text) if len(text) <= LONGEST_USUAL else _plain(text)
    if plain is not None:
        return plain
    found = (_mailbox(item) for item in _split(text))
    return tuple(address for address in found if address is not None)[:MOST]


def _plain(text: str) -> tuple[Address, ...] | None:
    """The mailboxes of a list that keeps the rules and holds no comment, escape or group; None for any other."""
    found: list[Address] = []
    place = 0
    while place < len(text):
        match = MAILBOX.match(text, place)
        if match is None or len(found) == MOST:
            return None
        quoted, name, bracketed, bare = match.groups()
        words = quoted or name
        found.append(Address(_words(words) if words else "", bracketed or bare))
        place = match.end()
    return tuple(found)


_usual = lru_cache(maxsize=1024)(_plain)


def _split(text: str) -> Iterator[str]:
    """Cut at commas and group marks outside quotes, comments and angle brackets."""
    item: list[str] = []
    quoted, depth, angle, escaped, addressed = False, 0, False, False, False
    for char in text.replace("\r", " ").replace("\n", " "):
        addressed = addressed or char == "@"
        if escaped:
            item.append(char)
            escaped = False
            continue
        if char == "\\" and (quoted or depth):
            escaped = True
            item.append(char)
            continue
        if quoted:
            quoted = char != '"'
        elif depth:
            depth += (char == "(") - (char == ")")
        elif char == '"':
            quoted = True
        elif char == "(":
            depth = 1
        elif char in "<>":
            angle = char == "<"
        elif char in ",;" and not angle:
            yield "".join(item)
            item, addressed = [], False
            continue
        elif char == ":" and not angle and not addressed:
            item = []  # a group's name
            continue
        item.append(char)
    yield "".join(item)


def _mailbox(item: str) -> Address | None:
    text, comments = _without_comments(item)
    name, address = text, ""
    start = _opening_bracket(text)
    if start >= 0:
        end = text.find(">", start)
        address = text[start + 1 : end if end >= 0 else len(text)]
        name = text[:start] or (text[end + 1 :] if end >= 0 else "")
    elif found := PLAIN.search(text):
        address, name = found[0], text.replace(found[0], " ")
        name = name if '"' in name or name.strip() else comments
    address = ROUTE.sub("", "".join(address.split()) if '"' not in address else address.strip())
    if not address and "@" not in text:
        return Address(_phrase(comments) or _phrase(text), "") if text.strip() and start < 0 else None
    return Address(_phrase(name) or _phrase(comments), address.strip("'") if address.count("'") > 1 else address)


def _opening_bracket(text: str) -> int:
    """Where the angle bracket of the address opens: the last one outside quotes."""
    quoted, found = False, -1
    for place, char in enumerate(text):
        if char == '"' and (place == 0 or text[place - 1] != "\\"):
            quoted = not quoted
        elif char == "<" and not quoted:
            found = place
    return found


def _without_comments(text: str) -> tuple[str, str]:
    kept: list[str] = []
    comment: list[str] = []
    depth, quoted, previous = 0, False, ""
    for char in text:
        if char == '"' and previous != "\\" and not depth:
            quoted = not quoted
        if char == "(" and not quoted and previous != "\\":
            depth += 1
            if depth == 1:
                previous = char
                continue
        if char == ")" and depth and previous != "\\":
            depth -= 1
            previous = char
            continue
        (comment if depth else kept).append(char)
        previous = char
    return "".join(kept), "".join(comment)


def _phrase(text: str) -> str:
    """A display name: quotes opened, encoded words decoded, blanks folded."""
    text = text.strip()
    if len(text) > 1 and text[0] == '"' and text[-1] == '"':
        text = text[1:-1]
    return _words(re.sub(r"\\(.)", r"\1", text))


def _words(text: str) -> str:
    return " ".join(charsets.decode_words(text).split())


def domain(address: str) -> str:
    """The domain of an address in lower case, in its ASCII form where it has one."""
    name = address.rpartition("@")[2].strip().lower().rstrip(".")
    return ascii_domain(name) or name


def folded(address: str) -> str:
    """An address as it is compared: in lower case, its domain in ASCII where it has such a form."""
    local, at, _domain = address.strip().rpartition("@")
    return f"{local.lower()}@{domain(address)}" if at else ""


def ascii_domain(name: str) -> str:
    """A domain in ASCII (RFC 5890); empty when it is none."""
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return ""


def same(first: str, second: str) -> bool:
    """Whether two addresses name one mailbox: domains compared in ASCII, local parts without case."""
    left, right = first.strip().rpartition("@")[0], second.strip().rpartition("@")[0]
    return left.casefold() == right.casefold() and domain(first) == domain(second)
