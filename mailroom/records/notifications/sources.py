"""Where placeholders get their values: for each window its records, the places each fills, and its views of lines.

A room or an installation that brings a window of its own registers its source; `standard_sources` has the rest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailroom.records.organisation.models import User

Words = str | Promise
MOST_LINES = 500  # rows of one view in one mail


@dataclass(frozen=True, slots=True)
class Place:
    """A placeholder that a source fills: `read(record)` gives its value; a record that has none gives None."""

    name: str
    label: Words
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class View:
    """Lines of a record that `foreach` goes through: `rows(record)` are at most MOST_LINES, in order."""

    name: str
    label: Words
    rows: Callable[[Any], Sequence[Any]]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The placeholders of one window; `rows(user)` are the records that a preview can be made with."""

    window_id: str
    rows: Callable[[User], QuerySet[Any]]
    search: tuple[str, ...]
    places: tuple[Place, ...]
    views: tuple[View, ...] = field(default=())
    text: Callable[[Any], str] = str

    def names(self) -> Iterator[str]:
        """Every name that has a value outside of a foreach."""
        yield from (place.name for place in (*COMMON, *self.places))
        for view in self.views:
            yield from (f"{view.name}.{place.name}" for place in view.places)

    def view(self, name: str) -> View | None:
        """The view of lines with this name."""
        return next((view for view in self.views if view.name == name), None)


class Values(Mapping[str, Any]):
    """The values of one record, read when they are asked for; `given` go before them."""

    def __init__(self, source: Source | None, record: Any, given: Mapping[str, Any]) -> None:
        self._given = given
        self._places = {place.name: place for place in source.places} if source and record is not None else {}
        self._views = {view.name: view for view in source.views} if source and record is not None else {}
        self._record = record

    def __getitem__(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        if name in self._views:
            return lines(self._views[name], self._record)
        return self._places[name].read(self._record)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._given, **self._places, **self._views})

    def __len__(self) -> int:
        return len(set(self))

    def __contains__(self, name: object) -> bool:
        return name in self._given or name in self._places or name in self._views


def lines(view: View, record: Any) -> list[dict[str, Any]]:
    """The rows of a view with their values."""
    rows = list(view.rows(record))[:MOST_LINES]
    return [{place.name: place.read(row) for place in view.places} for row in rows]


def at(path: str) -> Callable[[Any], Any]:
    """Reads an attribute by its path, such as `owner.email`; a choice gives its words, a missing link None."""

    def read(record: Any) -> Any:
        for name in path.split("."):
            if record is None:
                return None
            display = getattr(record, f"get_{name}_display", None)
            record = display() if display is not None else getattr(record, name)
        return record

    return read


def places(*rows: tuple[str, Words, str]) -> tuple[Place, ...]:
    """Places by name, label and attribute path."""
    return tuple(Place(name, label, at(path)) for name, label, path in rows)


COMMON = tuple(
    Place(name, label, lambda record: None)
    for name, label in (
        ("Company", _("Company")),
        ("Url", _("Address of this installation")),
        ("Time", _("Date and time")),
    )
)
SOURCES: dict[str, Source] = {}


def register(source: Source) -> Source:
    """Make a window's placeholders known."""
    SOURCES[source.window_id] = source
    return source


def of_window(window_id: str) -> Source | None:
    """The source of a window's placeholders; None for a window that has none."""
    from mailroom.records.notifications import standard_sources  # noqa: F401 models are loaded only now

    return SOURCES.get(window_id)


def values(window_id: str, record: Any, **given: Any) -> Values:
    """The values that a record of a window gives a template; `given` are those that its caller knows."""
    return Values(of_window(window_id), record, given)
