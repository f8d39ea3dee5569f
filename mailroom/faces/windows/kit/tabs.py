"""The filter tabs of a list with their counts: in the page where counting is cheap, right after it where it is not."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest

from mailroom.faces.windows.kit import counting, requests

if TYPE_CHECKING:
    from mailroom.faces.windows.kit.grid import FilterTab, GridWindow

FEW_EMAILS = 50_000  # up to here counting costs less than a second request
KEPT_SECONDS = 5.0  # what the change mark does not tell, such as another's reading, shows after this long
MOST_KEPT = 1_000
NOT_COUNTED = "…"
NO_MATTER = frozenset({"after", "before", "last", "open", "sort", "older"})  # of an address, to its counts


@dataclass(frozen=True, slots=True)
class TabLink:
    """A filter tab with its count and whether it is the open one."""

    tab: "FilterTab"
    url: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows each tab has; `fresh` when they need not be asked for again."""

    values: Mapping[str, int]
    fresh: bool = True

    def of(self, key: str) -> int:
        """The count of a tab; 0 while nobody counted it."""
        return self.values.get(key, 0)

    def words(self, key: str) -> str:
        """The count of a tab for the screen."""
        return counting.words(self.values[key]) if key in self.values else "" if self.fresh else NOT_COUNTED


class _Kept:
    """The counts of this process by person and view, the change mark they were made under, and when."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: OrderedDict[tuple[Any, ...], tuple[str, float, Mapping[str, int]]] = OrderedDict()

    def keep(self, key: tuple[Any, ...], mark: str, counts: Mapping[str, int]) -> None:
        """Remember; the oldest are forgotten."""
        with self.lock:
            self.counts[key] = (mark, time.monotonic(), counts)
            self.counts.move_to_end(key)
            while len(self.counts) > MOST_KEPT:
                self.counts.popitem(last=False)

    def find(self, key: tuple[Any, ...], mark: str) -> Counts:
        """What is remembered, fresh where no email came or moved since and it is not old."""
        with self.lock:
            kept = self.counts.get(key)
        if kept is None:
            return Counts({}, fresh=False)
        return Counts(kept[2], fresh=kept[0] == mark and time.monotonic() - kept[1] < KEPT_SECONDS)


KEPT = _Kept()


def cheap(mark: str) -> bool:
    """Whether counting costs less than a second request: a change mark begins with the number of the newest email."""
    return int(mark.split(".")[0]) <= FEW_EMAILS


def view_key(grid: "GridWindow", request: HttpRequest) -> tuple[Any, ...]:
    """What the counts of a view depend on: the person, the window, its search and filters."""
    asked = tuple(sorted((name, value) for name, value in request.GET.items() if name not in NO_MATTER))
    return (requests.user_of(request).pk, grid.window.id, asked)


def counts(grid: "GridWindow", request: HttpRequest, rows: QuerySet[Any], mark: str, now: bool = False) -> Counts:
    """The counts of all tabs; among many emails only what is remembered, unless they are wanted `now`."""
    if not grid.all_tabs(request):
        return Counts(counting.count_all(requests.user_of(request), {"": rows}))
    if not mark or cheap(mark):
        return Counts(grid.counts(request, rows))
    key = view_key(grid, request)
    found = KEPT.find(key, mark)
    if found.fresh or not now:
        return found
    found = Counts(grid.counts(request, rows))
    KEPT.keep(key, mark, found.values)
    return found


def links(
    request: HttpRequest, tabs: "Sequence[FilterTab]", current: "FilterTab | None", counted: Counts
) -> list[TabLink]:
    """The filter tabs as links; another tab closes the open row."""
    from mailroom.faces.windows.kit.listing import changed

    def url(tab: "FilterTab") -> str:
        return changed(request, tab=tab.key, open=None, **({"sort": None} if tab.sorted else {}))

    return [TabLink(tab, url(tab), counted.words(tab.key), tab is current) for tab in tabs]
