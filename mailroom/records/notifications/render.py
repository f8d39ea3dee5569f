"""Fills the placeholders of a template: `((Field))`, blanks inside the brackets tolerated.

Values are escaped in the body, plain in the subject, and lose line breaks in every header. A name without a value
becomes empty and is reported.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import conditional_escape
from django.utils.translation import gettext as _

from mailroom.records.notifications.models import NotificationTemplate

PLACE = re.compile(r"\(\s*\(\s*([A-Za-z_][\w.]*)\s*\)\s*\)")
BREAKS = re.compile(r"[\r\n\x00]+")
WELCOME_PLACES = ("Company", "Name", "Username", "Password")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template with its values; `missing` are the names that had none."""

    to: str
    cc: str
    bcc: str
    subject: str
    html: str
    missing: tuple[str, ...] = ()


def places(text: str) -> list[str]:
    """The names of all placeholders, in their order."""
    return [str(found[1]) for found in PLACE.finditer(text)]


def fill(template: NotificationTemplate, values: Mapping[str, object]) -> Rendered:
    """The mail that a template makes; a value marked safe (`SafeString`) stays HTML in the body."""
    parts = (template.to, template.cc, template.bcc, template.subject, template.body)
    missing = tuple(dict.fromkeys(name for text in parts for name in places(text) if name not in values))
    to, cc, bcc, subject = (_plain(text, values) for text in parts[:4])
    html = PLACE.sub(lambda found: conditional_escape(_words(values.get(found[1], ""))), template.body)
    return Rendered(to, cc, bcc, subject, html, missing)


def _words(value: object) -> str:
    """A value as text; what is marked safe stays so."""
    return value if isinstance(value, str) else str(value)


def _plain(text: str, values: Mapping[str, object]) -> str:
    filled = PLACE.sub(lambda found: str(values.get(found[1], "")), text)
    return BREAKS.sub(" ", filled).strip()


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
