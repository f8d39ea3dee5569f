"""Canned texts: who may use and change them, their placeholders, and what they become in a mail."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mailroom.mime import bodies
from mailroom.records.conversations.models import CannedText
from mailroom.records.organisation.models import User, Workgroup
from mailroom.records.organisation.models.people import Role

PLACE = re.compile(r"\(\s*\(\s*([A-Za-z][\w.]{0,60})\s*\)\s*\)")
PLACES = ("Name", "FirstName", "CaseNumber", "Subject", "MyName")
LONGEST = 100_000
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})


class Invalid(Exception):
    """A canned text that cannot be kept; `errors` has a sentence by field."""

    def __init__(self, **errors: str) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Fields:
    """What a person writes; `personal` keeps it to him, else it is the work group's, or everybody's without one."""

    name: str
    body: str
    personal: bool = True
    workgroup: Workgroup | None = None


def usable_by(user: User) -> QuerySet[CannedText]:
    """The texts a person may use: his own, those of his work groups, and everybody's."""
    employee = getattr(user, "employee", None)
    groups = employee.workgroups.all() if employee else Workgroup.objects.none()
    everybody = Q(owner=None, workgroup=None)
    shared = Q(owner=None) if user.role in KEEPERS else everybody | Q(owner=None, workgroup__in=groups)
    return CannedText.objects.filter(Q(owner=user) | shared).select_related("workgroup")


def changeable_by(user: User) -> QuerySet[CannedText]:
    """The texts a person may change: those of everybody only a supervisor or an administrator."""
    rows = usable_by(user)
    return rows if user.role in KEEPERS else rows.exclude(owner=None, workgroup=None)


def save(text: CannedText | None, fields: Fields, user: User, now: datetime) -> CannedText:
    """Keep a new or changed text; raises Invalid."""
    _check(fields, user)
    text = text or CannedText()
    text.name, text.body, text.changed_at = fields.name.strip(), bodies.sanitise_html(fields.body), now
    text.owner, text.workgroup = (user, None) if fields.personal else (None, fields.workgroup)
    text.save()
    return text


def _check(fields: Fields, user: User) -> None:
    if not fields.name.strip():
        raise Invalid(name=_("Give the text a name; it is found by it."))
    if not fields.body.strip():
        raise Invalid(body=_("Write the text."))
    if len(fields.body) > LONGEST:
        raise Invalid(body=_("The text may have %(n)d characters.") % {"n": LONGEST})
    unknown = [place for place in PLACE.findall(unescape(fields.body)) if place not in PLACES]
    if unknown:
        known = ", ".join(f"(({place}))" for place in PLACES)
        raise Invalid(
            body=_("There is no ((%(name)s)). Choose among %(known)s.") % {"name": unknown[0], "known": known}
        )
    if fields.personal or user.role in KEEPERS:
        return
    employee = getattr(user, "employee", None)
    if fields.workgroup is None or employee is None or not employee.workgroups.filter(pk=fields.workgroup.pk).exists():
        raise Invalid(workgroup=_("Choose one of your own work groups."))


def fill(body: str, values: dict[str, str]) -> str:
    """The text with its placeholders replaced, escaped; places nobody knows a value for are left empty, others stay."""
    return PLACE.sub(lambda found: escape(values[found[1]]) if found[1] in values else found[0], body)
