"""The lookup Window of SM204003: the windows of the site tree, by workspace, name and ID."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import lookups, registry
from mailroom.faces.windows.kit.lookups import Lookup, LookupWidget
from mailroom.faces.windows.kit.registry import Words, Workspace
from mailroom.records.notifications import sources

KEY = "windows"


@dataclass(frozen=True, slots=True)
class Place:
    """A window's place in the site tree; `gives` says whether placeholders can be filled from its records."""

    id: str
    name: Words
    workspace: Words
    gives: Words

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name else self.id


def tree() -> Iterator[Place]:
    """All windows, workspace by workspace as the rail has them."""
    for workspace in Workspace:
        for window in registry.WINDOWS:
            if window.workspace is workspace and window.id != "OVERVIEW":
                gives = _("Placeholders") if sources.of_window(window.id) is not None else ""
                yield Place(window.id, window.name, workspace.label, gives)


@dataclass(frozen=True, slots=True)
class SiteTree(Lookup):
    """The lookup's rows come from the list of windows, not from the database."""

    def find(self, request: HttpRequest, text: str, limit: int) -> list[Any]:
        """The windows whose workspace, name or ID has every word of `text`; those with placeholders first."""
        words = text.casefold().split()
        found = [
            place
            for place in tree()
            if all(word in f"{place.workspace} {place.name} {place.id}".casefold() for word in words)
        ]
        return sorted(found, key=lambda place: not place.gives)[:limit]


lookups.register(
    SiteTree(
        KEY,
        _("Window"),
        rows=lambda request: registry.WINDOWS,  # type: ignore[arg-type, return-value]  # `find` alone reads them
        columns=(("name", _("Window")), ("id", _("Window ID")), ("workspace", _("Workspace")), ("gives", "")),
        search=(),
        value=lambda place: str(place.id),
    )
)


class WindowField(forms.Field):
    """A window, by the lookup; its ID or name, typed in full, is understood as well. It is kept as the ID."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=LookupWidget(KEY), **options)
        self.also = ""

    def __deepcopy__(self, memo: Any) -> "WindowField":
        copied: WindowField = super().__deepcopy__(memo)
        copied.widget.rows = copied.place_of
        return copied

    def place_of(self, value: Any) -> Place | None:
        """The window that a text names."""
        said = str(value).strip().casefold()
        exact = (one for one in tree() if said in {one.id.casefold(), str(one).casefold(), str(one.name).casefold()})
        return next(exact, Place(self.also, "", "", "") if said and said == self.also.casefold() else None)

    def to_python(self, value: Any) -> str:
        """The ID; ValidationError for what is no window."""
        if value in self.empty_values:
            return ""
        place = self.place_of(value)
        if place is None:
            words = _("%(label)s “%(value)s” was not found. Choose one from the list.")
            raise ValidationError(words, params={"label": _("Window"), "value": value})
        return place.id
