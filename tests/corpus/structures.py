"""Our own cutting of a message held against the standard library's, where the message is sound enough for both."""

import email.message
import email.parser
from email import policy

from mailroom.mime import parse, tree


def ours(raw: bytes) -> list[str]:
    """The types of all parts, outermost first; what stands inside a report is one part."""
    return [part.kind for part in tree.read(parse.without_envelope(raw)).walk()]


def theirs(raw: bytes) -> tuple[list[str], bool]:
    """The same by `compat32`, and whether it found nothing wrong."""
    whole = email.parser.BytesParser(policy=policy.compat32).parsebytes(parse.without_envelope(raw))
    return list(_kinds(whole)), not any(part.defects for part in whole.walk())


def _kinds(part: email.message.Message) -> list[str]:
    kind = part.get_content_type()
    found = [kind]
    inner = part.get_payload()
    if isinstance(inner, list) and (kind.startswith("multipart/") or kind in tree.NESTED):
        for child in inner:
            found.extend(_kinds(child))
    return found
