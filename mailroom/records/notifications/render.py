"""Makes the mail of a template: placeholders filled, lines repeated, tests decided (BEHAVIOUR 9).

Values are escaped in the body and keep their lines there; they are plain in the subject, and lose line breaks in
every header. A name without a value becomes empty and is reported.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mailroom.mime import addresses
from mailroom.records.notifications import language, values
from mailroom.records.notifications.models import NotificationTemplate

BREAKS = re.compile(r"[\r\n\x00]+")
UNSAFE = re.compile(
    r"[\x00-\x20]*+(?!https?:|mailto:|tel:)[\w+.\x00-\x20-]*:", re.IGNORECASE
)  # as an address: it could run
SPECIALS = str.maketrans(dict.fromkeys('<>@,;:"()[]\\', " "))  # they part a list of addresses (RFC 5322 §3.2.3)
WELCOME_PLACES = ("Company", "Name", "Username", "Password")
LONGEST = 5_000_000  # characters of one part: a mail beyond it is of use to nobody


class TooLong(Exception):
    """The lines of a template make a mail that is too long to send."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template with its values; `missing` are the names that had none."""

    to: str
    cc: str
    bcc: str
    subject: str
    html: str
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Writing:
    """One part being written; `addressed` where it is a list of addresses."""

    escaped: bool
    missing: dict[str, None]
    addressed: bool = False
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST:
            raise TooLong(_("With all its lines the text is too long to send."))
        self.pieces.append(text)


def places(text: str) -> list[str]:
    """The names of all placeholders, in their order."""
    return [place.name for place in language.places(language.parse(text))]


def fill(template: NotificationTemplate, given: Mapping[str, Any], locale: str = "") -> Rendered:
    """The mail that a template makes; a value marked safe (`SafeString`) stays HTML in the body.

    Dates, numbers and translated words follow `locale`, else the template's own, else the active language. A list of
    mappings is what a `foreach` of its name goes through. Raises TooLong.
    """
    missing: dict[str, None] = {}
    with translation.override(locale or template.locale or translation.get_language()):
        heads = [_written(part, given, False, missing, True) for part in (template.to, template.cc, template.bcc)]
        subject = _written(template.subject, given, False, missing)
        html = _written(template.body, given, True, missing)
    to, cc, bcc = heads
    return Rendered(to, cc, bcc, subject, html, tuple(missing))


def _written(
    text: str, given: Mapping[str, Any], escaped: bool, missing: dict[str, None], addressed: bool = False
) -> str:
    writing = _Writing(escaped, missing, addressed)
    _walk(language.parse(text), [given], writing)
    whole = "".join(writing.pieces)
    return whole if escaped else BREAKS.sub(" ", whole).strip()


def _walk(nodes: Sequence[language.Node], scopes: list[values.Scope], writing: _Writing) -> None:
    for at, node in enumerate(nodes, 1):
        match node:
            case language.Text(text):
                writing.add(text)
            case language.Place():
                _place(node, scopes, writing, named=writing.addressed and _before_an_address(nodes[at:]))
            case language.If(test, _, inner):
                if values.holds(test, scopes):
                    _walk(inner, scopes, writing)
            case language.Each(view, _, inner):
                for row in values.rows(view, scopes):
                    _walk(inner, [*scopes, {view: row}, row], writing)


def _before_an_address(nodes: Sequence[language.Node]) -> bool:
    """Whether what follows is an address in angle brackets."""
    following = (node.text for node in nodes if isinstance(node, language.Text))
    return next((text.startswith("<") for text in (one.lstrip(' "') for one in following) if text), False)


def _place(place: language.Place, scopes: list[values.Scope], writing: _Writing, named: bool) -> None:
    value = values.find(place.name, scopes)
    if value is values.ABSENT:
        writing.missing[place.name] = None
    text = values.words(value)
    if place.in_tag and UNSAFE.match(text):
        text = ""
    if writing.escaped:
        lines = not place.in_tag and not isinstance(text, SafeString)
        text = conditional_escape(text)
        text = text.replace("\r\n", "\n").replace("\n", "<br>") if lines else text
    writing.add(_listed(text, named) if writing.addressed else text)


def _listed(text: str, named: bool) -> str:
    """A value within a list of addresses: addresses stay, a name (`named`: one stands behind it) brings none along."""
    found = [] if named else addresses.parse(text)
    bare = ", ".join(one.address for one in found)
    return bare if bare and text.strip() == bare else " ".join(text.translate(SPECIALS).split())


def welcome_problem(body: str) -> str:
    """Why a text cannot welcome a new user (SM204001); empty when it can."""
    found = tuple(name for name in places(body) if name in WELCOME_PLACES)
    if found == WELCOME_PLACES:
        return ""
    wanted = _("A welcome template needs ((Company)), ((Name)), ((Username)), ((Password)), once each and in order.")
    absent = [f"(({name}))" for name in WELCOME_PLACES if name not in found]
    if absent:
        return f"{wanted} " + _("Missing: %(names)s.") % {"names": ", ".join(absent)}
    return f"{wanted} " + _("It has %(names)s.") % {"names": ", ".join(f"(({name}))" for name in found)}
