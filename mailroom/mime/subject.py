"""Subjects: reply and forward prefixes in many languages, put once and never stacked."""

import re

# Reply and forward marks of mail programs in English, Nordic, German, Romance, Slavic and East Asian languages.
REPLY = "re|sv|vs|aw|antw|ant|odp|rv|rif|res|ref|ynt|vá|atb|ats|απ|на|回复|回覆|答复|답장|antwort|svar|r"
FORWARD = "fwd?|fw|vb|vl|wg|tr|rv|enc|i|pd|doorst|videresendt|vidarebefordrat|fs|továbbítás|转发|轉寄|전달|wtr|przek"
MARK = r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?"
PREFIX = re.compile(rf"\s*(?:(?P<reply>{REPLY})|(?P<forward>{FORWARD})){MARK}\s*[:\uff1a]\s*", re.IGNORECASE)


def without_prefixes(subject: str) -> str:
    """The subject with every leading reply and forward mark taken off."""
    rest = subject
    while match := PREFIX.match(rest):
        rest = rest[match.end() :]
    return rest.strip()


def reply_subject(subject: str) -> str:
    """`Re: ` once before the bare subject."""
    return f"Re: {without_prefixes(subject)}".rstrip()


def forward_subject(subject: str) -> str:
    """`Fwd: ` once before the bare subject."""
    return f"Fwd: {without_prefixes(subject)}".rstrip()


def is_reply(subject: str) -> bool:
    """Whether the subject begins with a reply mark."""
    match = PREFIX.match(subject)
    return bool(match and match["reply"])
