"""What each fact of the corpus claims, held against what Mailroom makes of the file."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailroom.mime import bodies
from mailroom.mime.message import Message, Structure
from tests.corpus.declared import Declared, alike, digests
from tests.corpus.reader import Sample


@dataclass(frozen=True)
class Claim:
    """One fact of one file: what was said, what we say, and whether they agree."""

    area: str
    file: str
    fact: str
    expected: str
    found: str
    agrees: bool


def folded(text: str) -> str:
    """Text with its white space folded."""
    return " ".join(text.split())


def bare(text: str) -> str:
    """Text without white space and without the marks that some programs render."""
    return re.sub(r"[\s*_\u200b\ufeff]+", "", text)


def claims(sample: Sample) -> Iterator[Claim]:
    """All claims of a file."""
    if not sample.expected:
        return
    message = sample.message
    for area, fact, expected, found, agrees in _all(sample, message):
        yield Claim(area, sample.path, fact, str(expected)[:160], str(found)[:160], agrees)


Row = tuple[str, str, object, object, bool]


def _all(sample: Sample, message: Message) -> Iterator[Row]:
    if sample.capability in {"charset", "malformed", "mime", "attachments", "addresses"}:
        yield from _charset(sample.expected, message)
        yield from _attachments(sample.expected, message, Declared(sample.raw))
        yield from _structure(sample.expected, message)
    if sample.capability == "bounce" or sample.capability == "auto-reply":
        yield from _bounce(sample.expected, message)
        yield from _automatic(sample.expected, message)
    if sample.capability == "reply":
        yield from _reply(sample, message)
    if sample.capability in {"crypto", "calendar", "tnef"}:
        yield from _charset(sample.expected, message)


def _charset(expected: dict[str, Any], message: Message) -> Iterator[Row]:
    if isinstance(said := expected.get("subject"), str):
        yield "charset", "subject", said, message.subject, bare(said) == bare(message.subject)
    everything = bare(message.text) + bare(bodies.text_from_html(message.html)) + bare(message.html)
    for phrase in expected.get("body_contains") or ():
        yield "charset", "body_contains", phrase, folded(message.text)[:160], bare(phrase) in everything
    for name in ("body_text", "text_body"):
        if isinstance(said := expected.get(name), str):
            yield "charset", name, folded(said), folded(message.text), bare(said) in everything
    if isinstance(said := expected.get("text_starts"), str):
        yield "charset", "text_starts", said, folded(message.text)[:160], bare(said) in everything
    for name in ("from_display_name", "from_name"):
        if isinstance(said := expected.get(name), str) and message.from_:
            mine = message.from_[0].name
            yield "charset", name, said, mine, bare(said).strip("\"'") == bare(mine).strip("\"'") or not said


def _attachments(expected: dict[str, Any], message: Message, declared: Declared) -> Iterator[Row]:
    names = [item.name for item in message.attachments]
    listed = expected.get("attachments")
    wanted = expected.get("attachment_filenames") or ()
    if isinstance(listed, list) and all(isinstance(item, str) for item in listed):
        wanted = listed
    for name in wanted:
        yield from _name(name, names, declared)
    if isinstance(listed, list) and listed and isinstance(listed[0], dict):
        yield from _described(listed, message, declared)
    count = expected.get("attachments_count")
    if isinstance(count, int):
        yield "attachments", "count", count, f"{len(names)}: {names}", count == len(names)


def _name(said: str, names: list[str], declared: Declared) -> Iterator[Row]:
    """A name that the mail gives one of its files; one that a program made up claims nothing of the mail."""
    if declared.names(said):
        mine = {alike(name) for name in names}
        yield "attachments", "file name", said, names, bool(mine & declared.other_names(said))


def _described(listed: list[dict[str, Any]], message: Message, declared: Declared) -> Iterator[Row]:
    hashes = {hashlib.sha256(item.content).hexdigest() for item in message.attachments}
    for item in message.attachments:
        if item.type == "message/rfc822":
            hashes |= digests(item.content)
    names = [item.name for item in message.attachments]
    for item in listed:
        if said := item.get("filename"):
            yield from _name(said, names, declared)
        said = item.get("sha256") or item.get("content_sha256")
        if said:
            kind = item.get("content_type", "")
            yield "attachments", f"digest of {kind}", said, sorted(hashes), said in hashes


def _kinds(structure: Structure) -> Iterator[str]:
    yield structure.type
    for part in structure.parts:
        yield from _kinds(part)


def _structure(expected: dict[str, Any], message: Message) -> Iterator[Row]:
    kinds = list(_kinds(message.structure))
    if isinstance(said := expected.get("content_types"), list):
        top = [kind or "" for kind in said]
        mine = [*kinds, *[""] * len(top)]
        agrees = all(not kind or kind.lower() in kinds for kind in top)
        yield "structure", "content types", top, mine, agrees
    if isinstance(said := expected.get("multiparts"), int):
        mine_count = sum(kind.startswith("multipart/") for kind in kinds)
        yield "structure", "multiparts", said, f"{mine_count}: {kinds}", said == mine_count
    if isinstance(said := expected.get("embedded_messages"), int):
        mine_count = sum(kind in {"message/rfc822", "message/global"} for kind in kinds)
        yield "structure", "embedded messages", said, f"{mine_count}: {kinds}", said == mine_count


def _bounce(expected: dict[str, Any], message: Message) -> Iterator[Row]:
    kind, rows = message.automatic.kind, message.bounce.recipients if message.bounce else ()
    delivered = any(row.get("reason") in {"delivered", "vacation"} for row in expected.get("results") or ())
    if expected.get("is_bounce") is True and not delivered:
        yield "bounce", "is a bounce", True, kind, kind == "bounce"
    if expected.get("is_bounce") is False and not delivered and not expected.get("results"):
        yield "bounce", "is a bounce", False, kind, kind != "bounce"
    if expected.get("is_complaint"):
        yield "bounce", "is a complaint", True, kind, kind == "complaint"
    wanted = {str(item).lower() for item in expected.get("failed_recipients") or () if "@" in str(item)}
    if wanted:
        mine = {row.recipient.lower() for row in rows}
        yield "bounce", "recipients", sorted(wanted), sorted(mine), wanted <= mine
    if expected.get("temporary") is True and rows:
        yield "bounce", "temporary", True, [row.permanent for row in rows], not any(row.permanent for row in rows)
    if isinstance(said := expected.get("status"), str) and said:
        mine_status = [row.status for row in rows]
        yield "bounce", "status", said, mine_status, said in mine_status
    if expected.get("is_bounce") and not delivered:
        yield from _results(expected.get("results") or (), message)


def _results(results: list[dict[str, Any]], message: Message) -> Iterator[Row]:
    rows = message.bounce.recipients if message.bounce else ()
    statuses, reasons = [row.status for row in rows], [row.reason for row in rows]
    for said in results:
        status = said.get("status") or ""
        if status and not re.search(r"\.9\d\d$", status):
            yield "bounce", "status", status, statuses, status in statuses
        if said["reason"] not in {"undefined", "onhold", "feedback"}:
            yield "bounce reason", "reason", said["reason"], reasons, said["reason"] in reasons


def _automatic(expected: dict[str, Any], message: Message) -> Iterator[Row]:
    kind = message.automatic.kind
    for name in ("is_auto_reply", "is_auto_generated", "is_auto_response"):
        if expected.get(name) is True:
            yield "automatic", name, True, kind, kind != "none"
    if expected.get("is_read_receipt"):
        yield "automatic", "is_read_receipt", True, kind, kind == "read-receipt"


def _reply(sample: Sample, message: Message) -> Iterator[Row]:
    expected, mine = sample.expected, message.reply_text
    said = expected.get("reply_text")
    if name := expected.get("reply_is_the_text_of"):
        said = sample.answer(str(name))
    if isinstance(said, str):
        yield "reply", "reply text", folded(said), folded(mine), bare(said).strip("#") == bare(mine).strip("#")
    if starts := expected.get("reply_starts"):
        yield "reply", "starts", starts, folded(mine), bare(mine).strip("#").startswith(bare(starts).strip("#"))
    for phrase in _listed(expected.get("reply_contains")):
        yield "reply", "contains", phrase, folded(mine), bare(phrase) in bare(mine)
    for phrase in _listed(expected.get("reply_must_not_contain")):
        yield "reply", "must not contain", phrase, folded(mine), bare(phrase) not in bare(mine)


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []
