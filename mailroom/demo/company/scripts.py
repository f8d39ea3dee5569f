"""The conversations of the demo company: `conversations/*.yaml` as values, with times relative to now."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Line:
    """One mail of a conversation. `who`: them, us, draft, later (queued for tomorrow), away, bounce."""

    who: str
    at: datetime
    text: str
    files: tuple[str, ...] = ()
    html: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who writes with which account about what. `other` is a key of `cast.outsiders`; `owner` a login or empty."""

    key: str
    account: str
    other: str
    subject: str
    owner: str
    case: str
    lines: tuple[Line, ...]
    charset: str = "utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    unread: bool = False
    arrives_later: bool = False


def conversations(now: datetime) -> list[Conversation]:
    """All conversations, in the order of their files."""
    found = []
    for path in sorted((Path(__file__).parent / "conversations").glob("*.yaml")):
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [_conversation(f"{path.stem}-{at}", row, now) for at, row in enumerate(rows)]
    return found


def _conversation(key: str, row: dict[str, Any], now: datetime) -> Conversation:
    files, html, lines = row.get("files", {}), row.get("html", {}), list[Line]()
    for at, mail in enumerate(row["mails"]):
        ((head, text),) = mail.items()
        who, _, when = head.partition(" ")
        moment = _moment(when, now)
        if lines:
            moment = max(moment, lines[-1].at + timedelta(minutes=2))
        lines.append(Line(who, min(moment, now), (text or "").strip(), tuple(files.get(at, ())), html.get(at, "")))
    return Conversation(
        key, row["account"], row["with"], row["subject"], row.get("owner", ""), row.get("case", ""), tuple(lines),
        row.get("charset", "utf-8"), row.get("headers", {}), row.get("unread", False), row.get("arrives_later", False),
    )  # fmt: skip


def _moment(when: str, now: datetime) -> datetime:
    """`13 14:05` is that clock time 13 days ago; `40m` and `3h` are so long ago."""
    days, _, clock_time = when.partition(" ")
    if not clock_time:
        unit = {"m": "minutes", "h": "hours"}[days[-1]]
        return now - timedelta(**{unit: int(days[:-1])})
    hour, minute = clock_time.split(":")
    return (now - timedelta(days=int(days))).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
