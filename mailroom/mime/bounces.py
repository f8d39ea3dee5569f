"""Delivery reports (RFC 3464, RFC 3462), and the odd ones that follow no standard: for whom, why, for good or not."""

import email
import logging
import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice

from mailroom.mime import headers, notices, reasons, references
from mailroom.mime.message import Bounce, BounceRecipient
from mailroom.mime.parts import Walked
from mailroom.mime.tree import Part

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
REPLY = re.compile(r"\b([45])\d\d\b")
ADDRESS = re.compile(r"(?<![\w.+\-=/'&!#$%*?^`{|}~])[\w.+\-=/'&!#$%*?^`{|}~]++@[\w-]+(?:\.[\w-]+)+")
MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>]+>)", re.IGNORECASE | re.MULTILINE)
LISTED = re.compile(r"^[ \t]*+<?([\w.+\-=/'&]++@[\w-]+(?:\.[\w-]+)+)>?[ \t]*[:.,]?[ \t\r]*$", re.MULTILINE)
# The next three are for text in lower case: a search without case is several times as slow.
MACHINE = re.compile(
    r"mailer[-_ ]?daemon|postmaster|post_master|mail[-_ .]?deliver|delivery[-_ ](sub)?system|mail[-_ .]?system|mdaemon|system administrator|"
    r"mail[-_]service|antivirus|smtp_gateway|noreply@.*bounce|poostmaster"
)
MACHINE_SIGNS = ("mail", "master", "delivery", "daemon", "system", "antivirus", "smtp_gateway", "bounce")
UNDELIVERED = re.compile(
    r"undeliver|delivery (status|failure|notification|report|problem|has failed)|returned? (to sender|mail)|failure notice|mail delivery|"
    r"not delivered|could not be delivered|unzustellbar|ikke levert|kan inte|non remis|bounce|message .*delayed|error during delivery|"
    r"delivery (failed|error|delayed)|mail failure|mail system error|permanent delivery|unknown user|user unknown|rejected mail|non livr|"
    r"no se ha podido entregar|mancata consegna|niedostarcz|onbestelbaar|kunne ikke leveres|kunde inte levereras"
)
FAILED_WORDS = re.compile(
    r"could not (be )?deliver|not be delivered|unable to deliver|undeliver|delivery (to|failed|has failed|failure)|permanent error|fatal error|"
    r"failed recipient|following (address|recipient)|did not reach|was not delivered|non remis|pas pu etre|not yet been delivered|"
    r"transcript of session|could not be sent|returned mail|error occurred|user unknown|your mail sent on|undeliverable"
)
PASSED_ON = re.compile(r"\s*(?:re|sv|aw|vs|vb|antw|fwd?|wg|tr|rv|enc|i|odp|pd|ynt)\s*:")  # a person's answer or forward
MOST = 1000  # recipients that one report is read for
LONGEST_LINE = 2000  # characters of a subject or sender that are looked at
BLOCK = re.compile(rb"^(?:final|original)-recipient:", re.IGNORECASE | re.MULTILINE)


def read(tree: Part, fields: Mapping[str, str], walked: Walked) -> Bounce | None:
    """The delivery report in a message, or None when it is none."""
    standard = (content for kind, content in walked.reports if kind == "message/delivery-status")
    rows = list(islice(chain.from_iterable(map(_standard, standard)), MOST))
    if not rows:
        rows = list(notices.amazon(walked.text))
    if not rows and looks_like_bounce(fields, walked):
        rows = list(islice(_quoted_report(tree), MOST)) or list(islice(_odd(tree, fields, walked), MOST))
    if not rows:
        return None
    rows = [_more_exact(row, walked.text) for row in rows]
    unique = {row.recipient.lower(): row for row in reversed(rows)}
    return Bounce(tuple(reversed(unique.values())), _original_id(tree, walked))


def _standard(content: bytes) -> Iterator[BounceRecipient]:
    """The recipient blocks of a message/delivery-status part (RFC 3464 §2.3)."""
    for block in re.split(rb"\n\s*\n", content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")):
        if b"-recipient" not in block.lower():
            continue
        found = {name: values[0] for name, values in headers.read(block.strip(b"\n")).fields.items()}
        recipient = found.get("final-recipient") or found.get("original-recipient") or ""
        if not recipient:
            continue
        address = _address(recipient.partition(";")[2] or recipient)
        original = _address(found.get("original-recipient", "").partition(";")[2])
        action = found.get("action", "").split(" ")[0].strip().lower()
        diagnostic = " ".join(found.get("diagnostic-code", "").partition(";")[2].split())
        status_line = found.get("status", "")
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
    return BounceRecipient(address, action, status, diagnostic, reasons.reason(status, diagnostic), permanent)


def _more_exact(row: BounceRecipient, text: str) -> BounceRecipient:
    """QUIRK: some reports say 5.0.0 in their fields and the exact code only in the text for people."""
    if row.status and not row.status.endswith(".0.0") and row.reason != "undefined":
        return row
    near = _near(text, row.recipient)
    codes = [code[0] for code in STATUS.finditer(near) if code[1] == (row.status or code[0])[:1]]
    exact = next((code for code in codes if not code.endswith(".0.0")), row.status or (codes[0] if codes else ""))
    if row.status and not row.status.endswith(".0.0"):
        exact = row.status
    return _row(row.recipient, row.action, exact, row.diagnostic or near) if exact or near else row


def from_machine(sender: str) -> bool:
    """Whether a From field in lower case names a mail system; of most a word or two, found fast, says that it does not."""
    for sign in MACHINE_SIGNS:
        if sign in sender:
            return MACHINE.search(sender[:LONGEST_LINE]) is not None
    return False


def looks_like_bounce(fields: Mapping[str, str], walked: Walked) -> bool:
    """Whether a mail without a standard report is one all the same: by who sent it, its subject, its words."""
    sender, subject = (fields.get(name, "")[:LONGEST_LINE].lower() for name in ("from", "subject"))
    if "x-failed-recipients" in fields:
        return True
    machine = from_machine(sender)
    answers = "in-reply-to" in fields or PASSED_ON.match(subject) is not None
    if answers and not machine:
        return False
    signs = machine + (UNDELIVERED.search(subject) is not None) + (fields.get("return-path", "").strip() == "<>")
    return signs >= 2 or (signs == 1 and FAILED_WORDS.search(walked.text[:3000].lower()) is not None)


def _quoted_report(tree: Part) -> Iterator[BounceRecipient]:
    """QUIRK: gateways that break the MIME structure leave the report's fields standing in the text."""
    for part in tree.walk():
        if not part.children and (found := BLOCK.search(part.body)):
            yield from _standard(part.body[found.start() :])


def _address(text: str) -> str:
    match = ADDRESS.search(text)
    return match[0] if match else text.strip().strip("<>")


def _odd(tree: Part, fields: Mapping[str, str], walked: Walked) -> Iterator[BounceRecipient]:
    """Reports without a standard part: what flufl.bounce knows, then the header that some systems add, then the text."""
    text = walked.text or walked.html
    addresses = [item.strip() for item in fields.get("x-failed-recipients", "").split(",") if "@" in item]
    if not addresses:
        addresses = _by_library(tree)
    if not addresses:
        sender = fields.get("from", "").lower()
        listed = LISTED.findall(text)[:5] or ADDRESS.findall(text[:4000])[:3]
        addresses = [item for item in listed if item.lower() not in sender][:5]
    for address in dict.fromkeys(addresses):
        diagnostic = _near(text, address)
        match = STATUS.search(diagnostic)
        delayed = re.search(r"delayed|still being|will (be )?retr|not yet", text[:2000], re.IGNORECASE)
        yield _row(address, "delayed" if delayed else "failed", match[0] if match else "", diagnostic)


def _by_library(tree: Part) -> list[str]:
    """The addresses that flufl.bounce finds; it reads untrusted text and may fail on it in any way."""
    from flufl.bounce import scan_message  # loads dozens of detectors, needed for few messages

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs a trace for each detector that a mail upsets
    try:
        found = scan_message(email.message_from_bytes(tree.raw))
    except Exception:  # a library's failure on odd mail is an empty answer, not ours
        return []
    return sorted(item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in found)


def _near(text: str, address: str) -> str:
    """The words of the server: the lines from the address on, as far as they speak of a failure."""
    place = text.find(address)
    lines = [line.strip() for line in text[max(place, 0) : place + 1500].splitlines()[:12] if line.strip()]
    telling = [line for line in lines if STATUS.search(line) or REPLY.search(line) or reasons.by_words(line)]
    if not telling and place > 0:
        return _near(text[:2000], "")  # the address stands far from the words, or only in the copy of the mail
    return " ".join(telling[:4])[:500]


def _original_id(tree: Part, walked: Walked) -> str:
    """The Message-ID of the mail that came back: in the returned message, its headers, or quoted in the text."""
    returned = {"message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers"}
    for part in tree.walk():
        if part.kind in returned:
            match = MESSAGE_ID.search(part.body.decode("utf-8", "replace"))
            if match:
                return references.message_id(match[1])
    match = MESSAGE_ID.search(walked.text)
    return references.message_id(match[1]) if match else ""
