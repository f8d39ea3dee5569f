"""What FETCH and SEARCH answer about a message (RFC 3501 §6.4.4, §6.4.5)."""

import email.policy
import re
from datetime import UTC, datetime
from email.parser import BytesHeaderParser

from mailroom.demo.mail_world import imap_grammar
from mailroom.demo.mail_world.mailboxes import Kept

SECTION = re.compile(r"^BODY(\.PEEK)?\[(.*)\](?:<(\d+)\.(\d+)>)?$", re.IGNORECASE | re.DOTALL)
MACROS = {
    "FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
    "ALL": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
    "RFC822": ["BODY[]"],
    "RFC822.HEADER": ["BODY.PEEK[HEADER]"],
}


def items_of(word: imap_grammar.Word) -> list[str]:
    """The things that a FETCH asks for, macros unfolded."""
    words = word if isinstance(word, list) else [word]
    items: list[str] = []
    for text in map(imap_grammar.text_of, words):
        items += MACROS.get(text.upper(), [text])
    return items


def marks_as_seen(items: list[str]) -> bool:
    """Whether the fetch sets the Seen flag: a body was asked for without PEEK."""
    return any(match is not None and not match[1] for match in map(SECTION.match, items))


def answer(kept: Kept, items: list[str], with_uid: bool) -> bytes:
    """The bracketed part of one FETCH reply."""
    wanted = [item for item in items if item.upper() != "UID"]
    parts = [b"UID %d" % kept.uid] if with_uid or len(wanted) < len(items) else []
    parts += [_item(kept, item) for item in wanted]
    return b"(" + b" ".join(parts) + b")"


def flags_of(kept: Kept) -> str:
    """The flags as a bracketed list."""
    return "(" + " ".join(sorted(kept.flags)) + ")"


def _item(kept: Kept, item: str) -> bytes:
    upper = item.upper()
    if upper == "FLAGS":
        return f"FLAGS {flags_of(kept)}".encode()
    if upper == "INTERNALDATE":
        return f'INTERNALDATE "{kept.arrived:%d-%b-%Y %H:%M:%S +0000}"'.encode()
    if upper == "RFC822.SIZE":
        return b"RFC822.SIZE %d" % kept.size
    match = SECTION.match(item)
    if match is None:
        raise imap_grammar.BadCommand(f"{item} is not offered here")
    content, label = _section(kept.path.read_bytes(), match[2]), f"BODY[{match[2].upper()}]"
    if match[3] is not None:
        start, length = int(match[3]), int(match[4])
        content, label = content[start : start + length], f"{label}<{start}>"
    return label.encode() + b" {%d}\r\n" % len(content) + content


def _section(raw: bytes, section: str) -> bytes:
    upper = section.upper()
    head, separator, body = raw.partition(b"\r\n\r\n")
    if upper == "":
        return raw
    if upper == "TEXT":
        return body
    if upper == "HEADER":
        return head + separator
    if upper.startswith("HEADER.FIELDS ("):
        names = {name.lower() for name in section[15:].rstrip(")").split()}
        unfolded = re.split(rb"\r\n(?![ \t])", head)
        lines = [line for line in unfolded if line.partition(b":")[0].decode("latin-1").lower() in names]
        return b"".join(line + b"\r\n" for line in lines) + b"\r\n"
    raise imap_grammar.BadCommand(f"BODY[{section}] is not offered here")


def search(messages: list[Kept], words: list[imap_grammar.Word]) -> list[int]:
    """The positions (from 0) of the messages that fit all criteria."""
    criteria = list(words)
    if criteria and imap_grammar.text_of(criteria[0]).upper() == "CHARSET":
        del criteria[:2]
    left = set(range(len(messages)))
    while criteria:
        left &= _matching(messages, criteria)
    return sorted(left)


def _matching(messages: list[Kept], criteria: list[imap_grammar.Word]) -> set[int]:
    """Take one criterion off the front and tell who fits it."""
    everybody = set(range(len(messages)))
    key = imap_grammar.text_of(criteria.pop(0)).upper()
    if key == "ALL":
        return everybody
    if key == "NOT":
        return everybody - _matching(messages, criteria)
    flag = "\\" + key.removeprefix("UN").title()
    if flag in {"\\Seen", "\\Deleted", "\\Answered", "\\Flagged", "\\Draft"}:
        return {at for at in everybody if (flag in messages[at].flags) != key.startswith("UN")}
    if key == "UID":
        uids = set(imap_grammar.numbers(_next(criteria), [kept.uid for kept in messages]))
        return {at for at in everybody if messages[at].uid in uids}
    if key in {"SINCE", "BEFORE"}:
        day = datetime.strptime(_next(criteria), "%d-%b-%Y").replace(tzinfo=UTC)
        return {at for at in everybody if (messages[at].arrived >= day) == (key == "SINCE")}
    if key == "HEADER":
        name, value = _next(criteria), _next(criteria)
        return {at for at in everybody if _header_holds(messages[at], name, value)}
    if key[:1].isdigit() or key == "*":
        places = imap_grammar.numbers(key, [at + 1 for at in range(len(messages))])
        return {place - 1 for place in places}
    raise imap_grammar.BadCommand(f"SEARCH {key} is not offered here")


def _next(criteria: list[imap_grammar.Word]) -> str:
    if not criteria:
        raise imap_grammar.BadCommand("SEARCH ends too early")
    return imap_grammar.text_of(criteria.pop(0))


def _header_holds(kept: Kept, name: str, value: str) -> bool:
    with kept.path.open("rb") as file:
        headers = BytesHeaderParser(policy=email.policy.compat32).parse(file)
    return any(value.lower() in str(header).lower() for header in headers.get_all(name, []))
