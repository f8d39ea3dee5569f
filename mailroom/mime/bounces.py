"""Delivery reports (RFC 3464, RFC 3462), and the odd ones that follow no standard: for whom, why, for good or not."""

import email.message
import re
from collections.abc import Iterator, Mapping
from email.parser import HeaderParser

from mailroom.mime import references
from mailroom.mime.message import Bounce, BounceRecipient
from mailroom.mime.parts import Walked

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
REPLY = re.compile(r"\b([45])\d\d\b")
ADDRESS = re.compile(r"[\w.+\-=/'&!#$%*?^`{|}~]+@[\w-]+(?:\.[\w-]+)+")
MESSAGE_ID = re.compile(r"^message-id:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
LISTED = re.compile(r"^\s*<?([\w.+\-=/'&]+@[\w-]+(?:\.[\w-]+)+)>?\s*[:.,]?\s*$", re.MULTILINE)
# Words for the cause, by what servers write and by enhanced status codes (RFC 3463).
REASONS: tuple[tuple[str, str], ...] = (
    (
        "mailboxfull",
        r"quota|mailbox (is )?full|over ?quota|insufficient (disk|storage)|storage (limit|exceeded)|disk full",
    ),
    ("mesgtoobig", r"too (large|big)|size limit|message size exceeds"),
    ("spamdetected", r"\bspam|blocked using|junk|content rejected|looks like"),
    ("blocked", r"blacklist|black ?list|block ?list|rbl|reputation|spamhaus|poor|client host .*reject|access denied"),
    ("authfailure", r"\bspf\b|dkim|dmarc|not authenticated|unauthenticated"),
    (
        "userunknown",
        r"user unknown|unknown user|no such (user|mailbox|recipient|address|person)|does ?n.t exist|not exist|"
        r"unknown (recipient|address|mailbox|local)|invalid (recipient|mailbox|user|address)|recipient (not found|rejected)|"
        r"no mailbox|not listed|unrouteable|not a (known|valid)|address rejected|mailbox (not found|unavailable)|no longer",
    ),
    (
        "hostunknown",
        r"host (unknown|not found)|domain (not found|does)|unknown (host|domain)|no (mx|such domain)|nxdomain|name or service",
    ),
    ("suspend", r"disabled|suspended|inactive|deactivated|expired account"),
    ("rejected", r"sender (rejected|denied)|relay(ing)? denied|not permitted|policy"),
    ("expired", r"delivery (time )?expired|timed? ?out|retry time|too long|gave up|could not be delivered for"),
    ("networkerror", r"connection (refused|reset|lost|timed)|no route|network|unreachable|loop|too many hops"),
)
BY_STATUS = {
    "1.1": "userunknown",
    "1.2": "hostunknown",
    "1.10": "userunknown",
    "2.1": "suspend",
    "2.2": "mailboxfull",
    "3.4": "mesgtoobig",
    "4.4": "hostunknown",
    "4.7": "expired",
    "4.6": "networkerror",
    "7.1": "rejected",
}


def read(tree: email.message.Message, fields: Mapping[str, str], walked: Walked) -> Bounce | None:
    """The delivery report in a message, or None when it is none."""
    rows = [row for kind, content in walked.reports if kind == "message/delivery-status" for row in _standard(content)]
    if not rows:
        rows = list(_odd(tree, fields, walked))
    if not rows:
        return None
    unique = {row.recipient.lower(): row for row in reversed(rows)}
    return Bounce(tuple(reversed(unique.values())), _original_id(tree, walked))


def _standard(content: bytes) -> Iterator[BounceRecipient]:
    """The recipient blocks of a message/delivery-status part (RFC 3464 §2.3)."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    for block in re.split(r"\n\s*\n", text):
        found = HeaderParser().parsestr(block.strip("\n"))
        recipient = str(found.get("final-recipient") or found.get("original-recipient") or "")
        if not recipient:
            continue
        address = _address(recipient.partition(";")[2] or recipient)
        original = _address(str(found.get("original-recipient", "")).partition(";")[2])
        action = str(found.get("action", "")).split(" ")[0].strip().lower()
        diagnostic = " ".join(str(found.get("diagnostic-code", "")).partition(";")[2].split())
        status_line = str(found.get("status", ""))
        match = STATUS.search(status_line) or STATUS.search(diagnostic)
        status = match[0] if match else ""
        yield _row(original if "@" in original else address, action, status, diagnostic)


def _row(address: str, action: str, status: str, diagnostic: str) -> BounceRecipient:
    inner = STATUS.search(diagnostic)
    if inner and (not status or status.endswith(".0.0")) and inner[0][0] == (status or inner[0])[0]:
        status = inner[0]
    reply = REPLY.search(diagnostic)
    first = status[:1] or (reply[1] if reply else "")
    permanent = first == "5" or (not first and action == "failed")
    if action in {"delayed", "delivered", "relayed", "expanded"}:
        permanent = False
    return BounceRecipient(address, action, status, diagnostic, _reason(status, diagnostic), permanent)


def _reason(status: str, diagnostic: str) -> str:
    for word, pattern in REASONS:
        if re.search(pattern, diagnostic, re.IGNORECASE):
            return word
    return BY_STATUS.get(status.partition(".")[2], "undefined")


def _address(text: str) -> str:
    match = ADDRESS.search(text)
    return match[0] if match else text.strip().strip("<>")


def _odd(tree: email.message.Message, fields: Mapping[str, str], walked: Walked) -> Iterator[BounceRecipient]:
    """Reports without a standard part: what flufl.bounce knows, then the header that some systems add, then the text."""
    sender = fields.get("from", "").lower()
    machine = re.search(
        r"mailer-daemon|postmaster|mail delivery|delivery (sub)?system|mail system|mdaemon|noreply@.*bounce", sender
    )
    null_sender = fields.get("return-path", "").strip() == "<>"
    subject = fields.get("subject", "").lower()
    undelivered = re.search(
        r"undeliver|delivery (status|failure|notification)|returned mail|failure notice|mail delivery|"
        r"not delivered|could not|unzustellbar|ikke levert|kan inte|non remis|bounce",
        subject,
    )
    if not (machine or "x-failed-recipients" in fields or (null_sender and undelivered)):
        return
    text = walked.text or walked.html
    addresses = [item.strip() for item in fields.get("x-failed-recipients", "").split(",") if "@" in item]
    if not addresses:
        addresses = _by_library(tree)
    if not addresses and undelivered:
        addresses = LISTED.findall(text)[:5] or [
            item for item in ADDRESS.findall(text)[:1] if item.lower() not in sender
        ]
    for address in dict.fromkeys(addresses):
        diagnostic = _near(text, address)
        match = STATUS.search(diagnostic)
        delayed = re.search(r"delayed|still being|will (be )?retr|not yet", text[:2000], re.IGNORECASE)
        yield _row(address, "delayed" if delayed else "failed", match[0] if match else "", diagnostic)


def _by_library(tree: email.message.Message) -> list[str]:
    """The addresses that flufl.bounce finds; it reads untrusted text and may fail on it in any way."""
    from flufl.bounce import scan_message  # loads dozens of detectors, needed for few messages

    try:
        found = scan_message(tree)
    except Exception:  # a library's failure on odd mail is an empty answer, not ours
        return []
    return sorted(item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in found)


def _near(text: str, address: str) -> str:
    """The words of the server: the lines from the address on, as far as they speak of a failure."""
    place = text.find(address)
    lines = [line.strip() for line in text[max(place, 0) : place + 1500].splitlines()[:12] if line.strip()]
    telling = [line for line in lines if STATUS.search(line) or REPLY.search(line) or _reason("", line) != "undefined"]
    return " ".join(telling[:3])[:500]


def _as_text(part: object) -> str:
    try:
        return part.as_string() if isinstance(part, email.message.Message) else str(part)
    except (UnicodeError, KeyError, LookupError, TypeError, AttributeError, ValueError):
        return ""


def _original_id(tree: email.message.Message, walked: Walked) -> str:
    """The Message-ID of the mail that came back: in the returned message, its headers, or quoted in the text."""
    for part in tree.walk():
        if part.get_content_type() in {
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/rfc822-headers",
        }:
            inner = part.get_payload()
            text = _as_text(inner[0]) if isinstance(inner, list) and inner else str(inner)
            match = MESSAGE_ID.search(text)
            if match:
                return references.message_id(match[1])
    match = MESSAGE_ID.search(walked.text)
    return references.message_id(match[1]) if match else ""
