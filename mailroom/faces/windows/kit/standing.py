"""What always stands in the title bar: how many emails are pending, failed and in quarantine, as links to them.

Counted with the navigation pane in one statement; among many emails right after the page, as the tabs of lists are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from mailroom.faces.windows.kit import changes, counting, registry, requests, tabs
from mailroom.faces.windows.kit.lookups import OPEN_TO_ALL
from mailroom.faces.windows.kit.registry import Window, Words
from mailroom.faces.windows.kit.views import WindowView
from mailroom.records.organisation.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """One count: the number and the word that are seen, what is heard, where it leads."""

    count: str
    short: Words
    whole: str
    url: str
    title: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All counts above nothing, and the change mark they are of; `fresh` when they need not be asked for again."""

    lines: list[Line]
    mark: str
    fresh: bool = True


def windows(user: User) -> list[Window]:
    """The windows with a count for the title bar that this person may open."""
    return [window for window in registry.WINDOWS if window.tally is not None and window.may_be_open_to(user)]


def rows(user: User) -> dict[str, counting.Rows]:
    """What is to be counted, by window."""
    return {window.id: window.tally.rows for window in windows(user) if window.tally is not None}


def key(user: User) -> tuple[Any, ...]:
    """Under which the counts of a person are remembered."""
    return (user.pk, "standing")


def kept(user: User, mark: str) -> Standing:
    """What is remembered; nothing of it is counted."""
    found = tabs.KEPT.find(key(user), mark)
    return Standing(lines(user, found.values), mark, found.fresh)


def counted(user: User, mark: str, counts: Mapping[str, int]) -> Standing:
    """What was counted just now, remembered for the next page."""
    tabs.KEPT.keep(key(user), mark, dict(counts))
    return Standing(lines(user, counts), mark)


def lines(user: User, counts: Mapping[str, int]) -> list[Line]:
    """The counts as the title bar prints them."""
    return [line(window, counts[window.id]) for window in windows(user) if counts.get(window.id)]


def line(window: Window, count: int) -> Line:
    """One window's count."""
    tally = window.tally
    assert tally is not None  # noqa: S101  # only called for windows that have one
    number = counting.words(count)
    url = f"/{window.slug}/{tally.query}"
    title = f"{window.name} ({window.id})"
    return Line(number, tally.short, f"{number} {tally.whole(count)}", url, title, tally.icon, tally.tone)


def made_now(user: User) -> Standing:
    """The counts of this moment, in a statement of their own."""
    mark = changes.KEPT.current()
    return counted(user, mark, counting.count_standing(user, rows(user)))


class StandingView(WindowView):
    """The counts for a page that was sent without them."""

    window = OPEN_TO_ALL
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The fragment `standing`."""
        return self.render(request, "kit/_standing.html", standing=made_now(requests.user_of(request)))
