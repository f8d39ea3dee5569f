"""Ready-made cells of grids, slips and lists: a moment, a status, a person, a link."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from django.templatetags.static import static
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.faces.windows.kit.markup import text

TINTS = 5


def moment(value: datetime | None, now: datetime | None = None, long: bool = False) -> SafeString:
    """A `<time>`: "09:42" today ("Today 09:42" when `long`), "12 Mar 09:42" this year, "12 Mar 2026" before."""
    if value is None:
        return SafeString("")
    here = timezone.localtime(value)
    today = timezone.localtime(now or clock.now())
    clock_time = f"{here:%H:%M}"
    if here.date() == today.date():
        words = f"{_('Today')} {clock_time}" if long else clock_time
    elif here.year == today.year:
        words = f"{here.day} {_month(get_language(), here.month)[0]} {clock_time}"
    else:
        words = f"{here.day} {_month(get_language(), here.month)[0]} {here.year}"
    full = f"{here.day} {_month(get_language(), here.month)[1]} {here:%Y %H:%M:%S (UTC%z)}"
    stamp = here.isoformat(timespec="seconds")
    return SafeString(f'<time datetime="{stamp}" title="{text(full)}">{text(words)}</time>')


@lru_cache
def _month(language: str | None, number: int) -> tuple[str, str]:
    """A month's short and whole name; `language` is the active one."""
    short, whole = str(MONTHS_3[number]), str(MONTHS[number])
    return short.title() if whole[:1].isupper() else short, whole  # as the language writes the whole name


def icon(name: str, extra: str = "") -> SafeString:
    """An icon of icons.svg, silent for screen readers."""
    return _icon(name, extra)


@lru_cache(1_000)
def _icon(name: str, extra: str) -> SafeString:
    css = f"icon {extra}" if extra else "icon"
    use = f'<use href="{static("mailroom/icons.svg")}#i-{text(name)}"></use>'
    return SafeString(f'<svg class="{text(css)}" aria-hidden="true">{use}</svg>')


def status(words: Any, tone: str = "", icon_name: str = "") -> SafeString:
    """An icon and a word; `tone` is ok, warn, bad, run or empty."""
    names = {"ok": "ok", "warn": "hourglass", "bad": "fail", "run": "sync"}
    sign = icon(icon_name or names.get(tone, "info"))
    return SafeString(f'<span class="status status--{text(tone)}">{sign}{text(words)}</span>')


def pill(words: Any, tone: str = "") -> SafeString:
    """A small label; `tone` is ok, warn, bad, accent or empty."""
    css = f"pill pill--{tone}" if tone else "pill"
    return SafeString(f'<span class="{text(css)}">{text(words)}</span>')


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
    css = f"avatar avatar--{tint(name)}" + (f" avatar--{size}" if size else "")
    return SafeString(
        f'<span class="{text(css)}" title="{text(name)}" aria-hidden="true">{text(initials(name))}</span>'
    )


def person(someone: Any, nobody: str = "") -> SafeString:
    """A person with his avatar; without one the dashed circle and `nobody`'s words."""
    if not someone:
        words = nobody or _("Unassigned")
        return SafeString(f'<span class="avatar avatar--none" title="{text(words)}">{icon("user")}</span>')
    name = str(someone)
    return SafeString(f'<span class="person">{avatar(name)}<span>{text(name)}</span></span>')


def muted(words: Any) -> SafeString:
    """Words in the quietest colour, such as "Not linked"."""
    return SafeString(f'<span class="muted">{text(words)}</span>')


def link(words: Any, url: str) -> SafeString:
    """A plain link."""
    return SafeString(f'<a href="{text(url)}">{text(words)}</a>')


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
    if not count:
        return SafeString("")
    return SafeString(f'{icon("paperclip", "icon--sm")}<span class="sr">{text(_("has files"))}</span>')
