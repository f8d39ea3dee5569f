"""What is wrong with a notification template, in sentences with their place: before a mail has gone out."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _

from mailroom.mime import bodies
from mailroom.records.notifications import language, render, sources, standard, values
from mailroom.records.notifications.models import NotificationTemplate

FIELDS = {"to": "To", "cc": "CC", "bcc": "BCC", "subject": "Subject", "body": "Message text area"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: the field, its line as people see it (0 for the whole field), and a sentence."""

    field: str
    line: int
    words: str

    def __str__(self) -> str:
        at = _("%(field)s, line %(n)d") % {"field": FIELDS[self.field], "n": self.line}
        return f"{at if self.line else FIELDS[self.field]}: {self.words}"


@dataclass(frozen=True, slots=True)
class _Known:
    """The names that have a value at a place: outside, and in the views opened around it."""

    names: frozenset[str]
    source: sources.Source | None
    inner: frozenset[str] = frozenset()


def problems(template: NotificationTemplate) -> list[str]:
    """The problems of one template as sentences; none when it can be used as it stands."""
    whole = [_("The text is empty.")] if not template.body.strip() else []
    welcome = render.welcome_problem(template.body) if template.notification_id == standard.WELCOME else ""
    return [*whole, *([welcome] if welcome else []), *map(str, of_placeholders(template))]


def of_placeholders(template: NotificationTemplate) -> list[Problem]:
    """What is wrong with its placeholders, lines and tests, in their order."""
    source = sources.of_window(template.window_id)
    shipped = _shipped(template.notification_id)
    names = frozenset([*(source.names() if source else ()), *shipped])
    known = _Known(names, source)
    found = []
    for field in FIELDS:
        text = getattr(template, field)
        found += [
            Problem(field, line_of(text, at), _("a placeholder is opened by (( and not closed by ))."))
            for at in language.unclosed(text)
        ]
        if names:
            found += _unknown(field, text, language.parse(text), known)
    return found


def line_of(text: str, at: int) -> int:
    """The number of the line in which a place stands, as it is seen in the editor and not in its HTML."""
    before = bodies.text_from_html(f"{text[:at]}|")
    return max(1, sum(1 for line in before.splitlines() if line.strip()))


def _unknown(field: str, text: str, nodes: Iterable[language.Node], known: _Known) -> Iterator[Problem]:
    for node in nodes:
        match node:
            case language.Place(name):
                yield from _place(field, text, node.at, name, known)
            case language.If(test, _at, inner):
                name = values.name_of_test(test)
                if not name:
                    words = _("“%(test)s” is no test. Write one such as Total > 100.") % {"test": test}
                    yield Problem(field, line_of(text, node.at), words)
                elif name not in _views(known):
                    yield from _place(field, text, node.at, name, known)
                yield from _unknown(field, text, inner, known)
            case language.Each(name, _at, inner):
                view = known.source.view(name) if known.source else None
                if view is None:
                    yield Problem(field, line_of(text, node.at), _no_lines(name, known))
                    continue
                places = {place.name for place in view.places}
                yield from _unknown(field, text, inner, _Known(known.names, known.source, known.inner | places))


def _place(field: str, text: str, at: int, name: str, known: _Known) -> Iterator[Problem]:
    if name not in known.names and name not in known.inner:
        near = difflib.get_close_matches(name, sorted(known.names | known.inner), n=1, cutoff=0)[0]
        words = _("((%(name)s)) has no value here. Did you mean ((%(near)s))?") % {"name": name, "near": near}
        yield Problem(field, line_of(text, at), words)


def _views(known: _Known) -> list[str]:
    return [view.name for view in known.source.views] if known.source else []


def _no_lines(name: str, known: _Known) -> str:
    views = _views(known)
    if not views:
        return _("This window has no lines to repeat; “%(name)s” is none.") % {"name": name}
    return _("There are no lines called “%(name)s”. There are: %(views)s.") % {"name": name, "views": ", ".join(views)}


@cache
def _shipped(notification_id: str) -> frozenset[str]:
    """The names that a shipped notification gives values to: those that its own texts use."""
    shipped = [row for row in standard.rows() if row.notification_id == notification_id]
    parts = (part for row in shipped for part in (row.to, row.cc, row.bcc, row.subject, row.body))
    return frozenset(name for part in parts for name in render.places(part))
