"""Ctrl+K: windows by name or id and records from every room that offers them; commands come from the page itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from mailroom.faces.windows.kit import chrome, registry, requests, standing, toasts
from mailroom.faces.windows.kit.lookups import OPEN_TO_ALL
from mailroom.faces.windows.kit.registry import Words
from mailroom.faces.windows.kit.views import WindowView

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of the palette."""

    text: Words
    url: str
    icon: str
    note: Words = ""


Finder = Callable[[HttpRequest, str], Iterable[Found]]
FINDERS: list[Finder] = []


def offer(finder: Finder) -> Finder:
    """Register a finder of records: `finder(request, text)` answers at most a few."""
    FINDERS.append(finder)
    return finder


def windows(request: HttpRequest, text: str) -> list[Found]:
    """The windows whose name or id holds every word of `text`."""
    words = text.casefold().split()
    user = requests.user_of(request)
    return [
        Found(window.name, f"/{window.slug}/" if window.id != "OVERVIEW" else "/", window.icon, window.id)
        for window in registry.WINDOWS
        if window.open_to(user) and all(word in f"{window.name} {window.id}".casefold() for word in words)
    ][:SHOWN]


class PaletteView(WindowView):
    """The matches of the palette as options of its list box."""

    window = OPEN_TO_ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        """Windows first, then records once two letters are typed."""
        text = request.GET.get("q", "").strip()[:100]
        records = [found for finder in FINDERS for found in finder(request, text)] if len(text) > 1 else []
        return self.render(request, "kit/_palette.html", windows=windows(request, text), records=records[:SHOWN])


class NavigationView(WindowView):
    """The windows of the navigation pane with fresh counts, seen from the window `?window=ID`."""

    window = OPEN_TO_ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        """The fragments `nav-windows` and `standing`, and the toasts of what a colleague has just told this person."""
        window = registry.WINDOWS.get(request.GET.get("window", ""))
        made = chrome.build(request, window)
        counts = made.standing if made.standing.fresh else standing.made_now(requests.user_of(request))
        answer = self.render(
            request, "kit/_nav_answer.html", window=window, chrome=made, standing=counts, out_of_band=True
        )
        told = toasts.taken(request)
        if told:
            answer.write(toasts.out_of_band(request, *told))
        return answer
