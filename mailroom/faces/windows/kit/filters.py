"""Filter settings of a grid window: what is in force by the address, the chips that show it, saved filters as tabs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.faces.windows.kit import person, requests
from mailroom.records.filters import lines, meaning, saved
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.filters.meaning import When
from mailroom.records.filters.models import SavedFilter
from mailroom.records.filters.properties import WITHOUT_VALUE, Kind, Property, find

if TYPE_CHECKING:
    from mailroom.faces.windows.kit.grid import Chip, FilterTab, GridWindow

SAVED = "f"


@dataclass(frozen=True, slots=True)
class Applied:
    """The lines in force, the saved filter they come from, and why they cannot be used (then no row is shown)."""

    lines: tuple[Line, ...] = ()
    kept: SavedFilter | None = None
    trouble: str = ""


def when() -> When:
    """Now, in the person's zone."""
    return When(clock.now(), timezone.get_current_timezone())


def kept_filters(grid: "GridWindow", request: HttpRequest) -> list[SavedFilter]:
    """The saved filters of the window, read once a request."""
    name = f"_filters_{grid.window.id}"
    known: list[SavedFilter] | None = getattr(request, name, None)
    if known is None:
        known = saved.known_to(requests.user_of(request), grid.window.id) if grid.properties else []
        setattr(request, name, known)
    return known


def default_tab(grid: "GridWindow", request: HttpRequest) -> str:
    """The key of the tab that opens the window for this person: his default filter's, or the window's own."""
    chosen = person.setting(request, f"filters.{grid.window.id}", "")
    known = {f"{SAVED}{kept.pk}" for kept in kept_filters(grid, request)} if chosen else set()
    return str(chosen) if chosen in known else grid.default_tab


def open_filter(grid: "GridWindow", request: HttpRequest) -> SavedFilter | None:
    """The saved filter whose tab is open."""
    asked = request.GET.get("tab") or request.POST.get("tab") or default_tab(grid, request)
    return next((kept for kept in kept_filters(grid, request) if f"{SAVED}{kept.pk}" == asked), None)


def applied(grid: "GridWindow", request: HttpRequest) -> Applied:
    """What the address says: lines of its own, and those of the saved filter whose tab is open."""
    kept = open_filter(grid, request)
    try:
        mine = lines.read(request.GET.get("filter", ""))
        own = lines.of(kept.lines) if kept else ()
        meaning.condition(mine, grid.properties, when())
        meaning.condition(own, grid.properties, when())
    except Wrong as wrong:
        return Applied((), kept, str(wrong))
    return Applied(mine or own, kept)


def narrow(grid: "GridWindow", rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """The rows under the address's own lines; none where they make no sense."""
    now = applied(grid, request)
    if now.trouble:
        return rows.none()
    mine = lines.read(request.GET.get("filter", ""))
    return rows.filter(meaning.condition(mine, grid.properties, when())) if mine else rows


def tabs(grid: "GridWindow", request: HttpRequest) -> "list[FilterTab]":
    """The saved filters as tabs."""
    from mailroom.faces.windows.kit.grid import FilterTab

    return [
        FilterTab(
            f"{SAVED}{kept.pk}", kept.name, _narrowing(kept, grid.properties), icon="filter", sorted=bool(kept.sort)
        )
        for kept in kept_filters(grid, request)
    ]


def _narrowing(kept: SavedFilter, properties: Sequence[Property]) -> Callable[[QuerySet[Any], Any], QuerySet[Any]]:
    def narrow_tab(rows: QuerySet[Any], _request: Any) -> QuerySet[Any]:
        try:
            return rows.filter(meaning.condition(lines.of(kept.lines), properties, when()))
        except Wrong:
            return rows.none()

    return narrow_tab


def chips(grid: "GridWindow", request: HttpRequest, changed: Callable[..., str]) -> "list[Chip]":
    """One chip a line where all of them must hold; one for the whole where there are brackets or "or"."""
    from mailroom.faces.windows.kit.grid import Chip

    now = applied(grid, request)
    first = grid.tabs[0].key if grid.tabs else ""
    back: dict[str, str | None] = {"tab": first} if now.kept and not request.GET.get("filter") else {}
    if now.trouble:
        return [Chip(_("A filter that makes no sense"), changed(filter=None, **back))]
    if not now.lines:
        return []
    if any(line.then == "or" or line.opened or line.closed for line in now.lines[:-1]):
        return [Chip(sentence(now.lines, grid.properties), changed(filter=None, **back))]
    return [
        Chip(
            words(line, grid.properties),
            changed(filter=lines.write(lines.without(now.lines, number)) or None, **back),
        )
        for number, line in enumerate(now.lines)
    ]


def sentence(some: Sequence[Line], properties: Sequence[Property]) -> SafeString:
    """All lines with their brackets and "and" and "or"."""
    joined = {"and": _("and"), "or": _("or")}
    return format_html_join(
        " ",
        "{}{}{}{}",
        (
            (
                "(" * line.opened,
                words(line, properties),
                ")" * line.closed,
                f" {joined[line.then]}" if number + 1 < len(some) else "",
            )
            for number, line in enumerate(some)
        ),
    )


def words(line: Line, properties: Sequence[Property]) -> SafeString:
    """A line as a person reads it: Subject **contains** Reminder."""
    known = find(properties, line.property)
    if known is None:
        return SafeString("")
    said = str(known.conditions.get(line.condition, line.condition))  # type: ignore[call-overload]  # a StrEnum's value
    value = "" if line.condition in WITHOUT_VALUE else known.words(line.value)
    if line.value2 and line.condition == "between":
        value = f"{value} {_('and')} {line.value2}"
    return format_html("{} <b>{}</b> {}", known.label, said[:1].lower() + said[1:], value)


def control(known: Property | None) -> str:
    """Which control takes the value: a list to choose from, or a field."""
    return "choice" if known is not None and known.kind in {Kind.CHOICE, Kind.FLAG} and known.choices else "text"
