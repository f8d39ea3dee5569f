"""The list of windows: what each is called, where it stands, who may open it, and its address."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from types import ModuleType
from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailroom.records.organisation import features
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

Words = str | Promise

FAVOURITES = _("Favourites")
PEOPLE = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AGENT, Role.MARKETING, Role.READER})
WRITERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AGENT, Role.MARKETING})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
MARKETERS = frozenset({Role.ADMINISTRATOR, Role.MARKETING})


class Workspace(Enum):
    """A workspace of the rail: its key, its name and its icon."""

    OVERVIEW = ("overview", _("Overview"), "gauge")
    MAIL = ("mail", _("Mail"), "inbox")
    RELATIONS = ("relations", _("Relations"), "people")
    SCHEDULES = ("schedules", _("Schedules"), "clock")
    SETTINGS = ("settings", _("Settings"), "sliders")

    def __init__(self, key: str, label: Words, icon: str) -> None:
        self.key, self.label, self.icon = key, label, icon


@dataclass(frozen=True, slots=True)
class Tally:
    """A count that every title bar shows while it is above nothing, as a link to the rows that it counts.

    `short` is what is seen beside the number, such as "failed"; `whole(count)` what is heard: "failed emails".
    `query` is the query of the window's address that lists exactly these rows; `tone` is "bad" for what stands out.
    """

    short: Words
    whole: Callable[[int], str]
    rows: Callable[[User], QuerySet[Any]]
    icon: str
    query: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """One window of the product.

    `count` answers the rows to count beside the window's name in the navigation pane (bounded by the kit); which they
    are depends on the person's `queries.sight_of` and on the rows themselves alone, as does that of `tally`: the
    statement is written once.
    `count_tone` is "new" (bold), "bad" (red) or "". `keys` is the key sequence that opens it, such as "g i".
    `feature` names the functionality (CS100000) that has to be switched on. `tally` stands in every title bar.
    `also` opens it to people of other roles who have something of their own there; the navigation pane names it to them
    while it counts something, so that no page has to ask for more than the counts.
    """

    id: str
    name: Words
    workspace: Workspace
    icon: str
    roles: frozenset[Role] = PEOPLE
    keys: str = ""
    order: int = 100
    count: Callable[[User], QuerySet[Any]] | None = None
    count_tone: str = ""
    in_navigation: bool = True
    feature: str = ""
    help_page: str = ""
    tally: Tally | None = None
    also: Callable[[User], bool] | None = None

    @property
    def slug(self) -> str:
        """The window's part of its address: its id in lower case."""
        return self.id.lower()

    @property
    def namespace(self) -> str:
        """The URL namespace of its views."""
        return self.slug

    def url(self, name: str = "list", *arguments: Any) -> str:
        """The address of one of its views, such as `WINDOW.url("record", 123)`."""
        return reverse(f"{self.namespace}:{name}", args=arguments)

    def open_to(self, user: User) -> bool:
        """Whether the user's role opens this window, or what is his, and its functionality is switched on."""
        return self.may_be_open_to(user) and (user.role in self.roles or (self.also is not None and self.also(user)))

    def may_be_open_to(self, user: User) -> bool:
        """The same without asking what is the user's own there."""
        by_role = user.role in self.roles or self.also is not None
        return by_role and (not self.feature or self.feature in _switched_on(user))


def _switched_on(user: User) -> frozenset[str]:
    """The functionalities in use: asked once for each user object, and so once a request."""
    kept: frozenset[str] | None = user.__dict__.get("_switched_on")
    if kept is None:
        kept = user.__dict__["_switched_on"] = features.switched_on()
    return kept


@dataclass(slots=True)
class Registry:
    """The windows found so far, by id, each with the package it lives in."""

    windows: dict[str, Window] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)

    def add(self, package: ModuleType) -> Window:
        """Register the window that `package.window.WINDOW` declares; a doubled id is a programming error."""
        window: Window = importlib.import_module(f"{package.__name__}.window").WINDOW
        if self.packages.setdefault(window.id, package.__name__) != package.__name__:
            raise ValueError(f"{window.id} is declared in {self.packages[window.id]} and in {package.__name__}.")
        self.windows[window.id] = window
        return window

    def remove(self, window_id: str) -> None:
        """Forget a window again (for tests that add one of their own)."""
        self.windows.pop(window_id, None)
        self.packages.pop(window_id, None)

    def discover(self, parent: ModuleType) -> None:
        """Register every package inside `parent` that has a `window` module."""
        for found in pkgutil.iter_modules(parent.__path__, f"{parent.__name__}."):
            if found.ispkg and importlib.util.find_spec(f"{found.name}.window") is not None:
                self.add(importlib.import_module(found.name))

    def __iter__(self) -> Iterator[Window]:
        return iter(sorted(self.windows.values(), key=lambda window: (window.order, window.id)))

    def of_workspace(self, workspace: Workspace, user: User) -> list[Window]:
        """The windows of one workspace that `user` may open, in their order; `also` is not asked."""
        return [
            window
            for window in self
            if window.workspace is workspace and window.in_navigation and window.may_be_open_to(user)
        ]

    def get(self, window_id: str) -> Window | None:
        """The window with this id, in any case."""
        return self.windows.get(window_id.upper())

    def url_patterns(self) -> list[URLPattern | URLResolver]:
        """One include for each window; its views module has `urlpatterns`."""
        return [
            path(f"{window.slug}/", include((self.views_of(window).urlpatterns, window.namespace)))
            for window in self
            if hasattr(self.views_of(window), "urlpatterns")
        ]

    def views_of(self, window: Window) -> Any:
        """The views module of a window."""
        return importlib.import_module(f"{self.packages[window.id]}.views")


WINDOWS = Registry()
