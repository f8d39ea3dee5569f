"""Ready-made cells of grids, slips and lists: a moment, a status, a person, a link."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zlib import crc32

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mailroom.base import clock

TINTS = 5


def moment(value: datetime | None, now: datetime | None = None, long: bool = False) -> SafeString:
    """A `<time>`: "09:42" today ("Today 09:42" when `long`), "12 Mar 09:42" this year, "12 Mar 2026" before."""
    if value is None:
        return SafeString("")
    here = timezone.localtime(value)
    today = timezone.localtime(now or clock.now())
    clock_time = date_format(here, "H:i")
    if here.date() == today.date():
        words = f"{_('Today')} {clock_time}" if long else clock_time
    elif here.year == today.year:
        words = f"{date_format(here, 'j M')} {clock_time}"
    else:
        words = date_format(here, "j M Y")
    full = date_format(here, "j F Y H:i:s") + here.strftime(" (UTC%z)")
    return format_html('<time datetime="{}" title="{}">{}</time>', here.isoformat(timespec="seconds"), full, words)


def icon(name: str, extra: str = "") -> SafeString:
    """An icon of icons.svg, silent for screen readers."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="/static/mailroom/icons.svg#i-{}"></use></svg>',
        f" {extra}" if extra else "",
        name,
    )


def status(words: Any, tone: str = "", icon_name: str = "") -> SafeString:
    """An icon and a word; `tone` is ok, warn, bad, run or empty."""
    names = {"ok": "ok", "warn": "hourglass", "bad": "fail", "run": "sync"}
    return format_html(
        '<span class="status status--{}">{}{}</span>', tone, icon(icon_name or names.get(tone, "info")), words
    )


def pill(words: Any, tone: str = "") -> SafeString:
    """A small label; `tone` is ok, warn, bad, accent or empty."""
    return format_html('<span class="pill{}">{}</span>', f" pill--{tone}" if tone else "", words)


def initials(name: str) -> str:
    """The letters of an avatar: first and last name's."""
    parts = [part for part in name.replace("@", " ").split() if part[:1].isalnum()]
    letters = parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "") if parts else "?"
    return letters.upper()


def tint(name: str) -> int:
    """One of the five tints, always the same for the same name."""
    return crc32(name.casefold().encode()) % TINTS + 1


def avatar(name: str, size: str = "") -> SafeString:
    """The round tinted initials of a person or sender."""
    return format_html(
        '<span class="avatar avatar--{}{}" title="{}" aria-hidden="true">{}</span>',
        tint(name),
        f" avatar--{size}" if size else "",
        name,
        initials(name),
    )


def person(someone: Any, nobody: str = "") -> SafeString:
    """A person with his avatar; without one the dashed circle and `nobody`'s words."""
    if not someone:
        words = nobody or _("Unassigned")
        return format_html('<span class="avatar avatar--none" title="{}">{}</span>', words, icon("user"))
    name = str(someone)
    return format_html('<span class="person">{}<span>{}</span></span>', avatar(name), name)


def muted(words: Any) -> SafeString:
    """Words in the quietest colour, such as "Not linked"."""
    return format_html('<span class="muted">{}</span>', words)


def link(words: Any, url: str) -> SafeString:
    """A plain link."""
    return format_html('<a href="{}">{}</a>', url, words)


def of(path: str, cell: Callable[..., SafeString]) -> Callable[[Any], SafeString]:
    """A column's cell from an attribute: `of("date", cells.moment)`, `of("owner", cells.person)`."""

    def content(row: Any) -> SafeString:
        value = row
        for name in path.split("."):
            value = getattr(value, name, None)
        return cell(value)

    return content


def clip(count: int) -> SafeString:
    """The paper clip of a row that has files."""
    return format_html('{}<span class="sr">{}</span>', icon("paperclip"), _("has files")) if count else SafeString("")
