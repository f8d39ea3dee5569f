"""Commands of a window, declared once: toolbar, menus, Ctrl+K, single keys and the reader bar read the same list."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.registry import WRITERS, Words
from mailroom.records.organisation.models import Job
from mailroom.records.organisation.models.people import Role


@dataclass(frozen=True, slots=True)
class Undo:
    """The action that takes another back, and the rows it concerns."""

    action: str
    ids: tuple[int, ...]
    seconds: int = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did: a sentence, and where to go on.

    `redirect` opens another window; `dialog` opens an address as a pop-up; `job` shows long work; `errors` maps an id
    to the reason why it was left out; `level` is "ok" or "bad"; `countdown` shows the seconds that Undo is left.
    """

    message: Words = ""
    undo: Undo | None = None
    redirect: str = ""
    dialog: str = ""
    job: Job | None = None
    level: str = "ok"
    countdown: bool = False
    link_url: str = ""
    link_text: Words = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A line that a question asks for: posted as `name`, `value` stands in it at first; typed, or found by `lookup`."""

    name: str
    label: Words
    value: str = ""
    hint: Words = ""
    lookup: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """The question before an action that cannot be undone; `button` names the result: "Delete 2 emails".

    `typed` are lines that the answer needs; `given` comes back with it: what the question spoke of.
    """

    title: Words
    text: Words
    button: Words
    danger: bool = True
    typed: Sequence[Typed] = ()
    given: Sequence[tuple[str, str]] = ()


Run = Callable[[HttpRequest, list[Any]], Outcome]


@dataclass(frozen=True, slots=True)
class Action:
    """One command.

    Either `run(request, ids) -> Outcome` (a POST to `do/KEY/`) or `url`, an address it opens, with the chosen `ids` in
    the query; `dialog` opens it as a pop-up window. `keys` is a single key such as "e". `style` is "icon", "primary"
    or "" (label). `rows` says whether it needs chosen rows; `everything` runs it on all rows of the view. `hidden`
    keeps it out of the toolbar (an action that only Undo calls). `reader` shows it in the reading pane's bar too.
    `may(request)` leaves it out when false; `note` is why it is disabled: `disabled(request, record)` gives it.
    """

    key: str
    label: Words
    run: Run | None = None
    url: str = ""
    dialog: bool = False
    icon: str = ""
    keys: str = ""
    style: str = ""
    rows: bool = True
    everything: bool = False
    hidden: bool = False
    reader: str = ""
    phone: str = ""
    roles: frozenset[Role] = WRITERS
    confirm: Callable[[int], Confirm] | None = None
    may: Callable[[HttpRequest], bool] | None = None
    disabled: Callable[[HttpRequest, Any], Words] | None = None

    def open_to(self, request: HttpRequest) -> bool:
        """Whether this person may use the command at all."""
        return requests.user_of(request).role in self.roles and (self.may is None or self.may(request))


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of the toolbar, such as Actions and Create."""

    label: Words
    items: Sequence["Action | Separator"]
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Separator:
    """A line between groups of commands."""


SEPARATOR = Separator()
Toolbar = Sequence[Action | Menu | Separator]


def flat(toolbar: Toolbar) -> Iterator[Action]:
    """Every action of a toolbar, those in menus included."""
    for item in toolbar:
        if isinstance(item, Action):
            yield item
        elif isinstance(item, Menu):
            yield from (inner for inner in item.items if isinstance(inner, Action))


def find(toolbar: Toolbar, key: str) -> Action | None:
    """The action with this key."""
    return next((action for action in flat(toolbar) if action.key == key), None)


def shown(toolbar: Toolbar, request: HttpRequest) -> list[Action | Menu | Separator]:
    """The toolbar as this person sees it: no commands that his role does not open, no empty menus."""
    items: list[Action | Menu | Separator] = []
    for item in toolbar:
        if (isinstance(item, Action) and not item.hidden and item.open_to(request)) or isinstance(item, Separator):
            items.append(item)
        elif isinstance(item, Menu):
            inner = shown(item.items, request)
            if any(isinstance(command, Action) for command in inner):
                items.append(Menu(item.label, tidy(inner), item.icon))  # type: ignore[arg-type]
    return tidy(items)


def tidy(items: Sequence[Action | Menu | Separator]) -> list[Action | Menu | Separator]:
    """Without separators at the ends or two in a row."""
    kept: list[Action | Menu | Separator] = []
    for item in items:
        if isinstance(item, Separator) and (not kept or isinstance(kept[-1], Separator)):
            continue
        kept.append(item)
    while kept and isinstance(kept[-1], Separator):
        kept.pop()
    return kept
