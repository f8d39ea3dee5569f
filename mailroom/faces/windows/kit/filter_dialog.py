"""The dialog Filter settings: every change posts it and it answers itself, so it works without script as a page too."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict

from mailroom.faces.windows.kit import counting, filters, listing, person, requests, sorting
from mailroom.faces.windows.kit.views import WindowView
from mailroom.records.filters import lines, meaning, saved
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.filters.properties import WITHOUT_VALUE, Condition, Property, find

if TYPE_CHECKING:
    from mailroom.faces.windows.kit.grid import GridWindow

FIELDS = ("opened", "property", "condition", "value", "value2", "closed", "then")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the dialog prints it."""

    number: int
    line: Line
    known: Property
    error: str
    last: bool

    @property
    def has_value(self) -> bool:
        """Whether its condition compares with a value."""
        return self.line.condition not in WITHOUT_VALUE

    @property
    def has_second(self) -> bool:
        """Whether there is a Value 2."""
        return self.line.condition == Condition.BETWEEN

    @property
    def chooses(self) -> bool:
        """Whether the value is chosen from a list."""
        return filters.control(self.known) == "choice"


def settings(grid: "type[GridWindow]") -> type[WindowView]:
    """The view of the dialog for `grid`."""

    class Settings(grid):  # type: ignore[misc, valid-type]
        http_method_names = ["get", "post"]

        def get(self, request: HttpRequest) -> HttpResponse:
            now = filters.applied(self, request)
            rows = list(now.lines)
            wanted = find(self.properties, request.GET.get("property", ""))
            if wanted is not None or not rows:
                rows.append(blank(wanted or self.properties[0]))
            return answer(
                self, request, rows, {-1: now.trouble} if now.trouble else {}, kept_values(self, request, now)
            )

        def post(self, request: HttpRequest) -> HttpResponse:
            rows = posted(request.POST, self.properties)
            step = request.POST.get("step", "")
            if step == "add":
                rows.append(blank(self.properties[0]))
            elif step.startswith("remove-"):
                return answer(self, request, removed(rows, step, self.properties), {}, posted_values(request))
            elif step == "delete":
                return delete(self, request)
            elif step in {"ok", "save"}:
                return finish(self, request, rows, step)
            return answer(self, request, rows, {}, posted_values(request))

    return Settings


def blank(known: Property) -> Line:
    """A new line."""
    first = known.choices[0][0] if filters.control(known) == "choice" else ""
    return Line(known.key, next(iter(known.conditions)), str(first))


def posted(data: QueryDict, properties: Any) -> list[Line]:
    """The lines of the form; another property brings its own conditions."""
    columns = [data.getlist(name) for name in FIELDS]
    rows = []
    for opened, key, condition, value, value2, closed, then in zip(*columns, strict=False):
        known = find(properties, key) or properties[0]
        (line,) = lines.of(
            [{"property": known.key, "condition": condition, "value": value, "value2": value2, "then": then}]
        )
        if condition not in known.conditions:
            line = blank(known)
        elif filters.control(known) == "choice" and value not in dict(known.choices):
            line = replace(line, value=str(known.choices[0][0]))
        rows.append(replace(line, opened=_count(opened), closed=_count(closed), then="or" if then == "or" else "and"))
    return rows[: lines.MOST_LINES]


def _count(text: str) -> int:
    return int(text) if text in {"1", "2", "3"} else 0


def removed(rows: list[Line], step: str, properties: Any) -> list[Line]:
    """The lines without the one that the step names."""
    number = step.removeprefix("remove-")
    if number.isdecimal() and len(number) < 4 and int(number) < len(rows):
        rows = list(lines.without(rows, int(number)))
    return rows or [blank(properties[0])]


def kept_values(grid: "GridWindow", request: HttpRequest, now: filters.Applied) -> dict[str, Any]:
    """Name, shared and default of the saved filter whose tab is open."""
    if now.kept is None:
        return {}
    chosen = person.setting(request, f"filters.{grid.window.id}", "")
    user = requests.user_of(request)
    return {
        "name": now.kept.name,
        "shared": now.kept.shared,
        "opens": chosen == f"{filters.SAVED}{now.kept.pk}",
        "kept": now.kept if saved.may_change(user, now.kept) else None,
    }


def posted_values(request: HttpRequest) -> dict[str, Any]:
    """What stands in the foot of the dialog."""
    post = request.POST
    return {"name": post.get("name", "")[:200], "shared": "shared" in post, "opens": "opens" in post}


def answer(
    grid: "GridWindow", request: HttpRequest, rows: list[Line], errors: dict[int, str], values: dict[str, Any]
) -> HttpResponse:
    """The dialog, or a page of its own without script; how many rows match stands in its foot."""
    shown = [
        Shown(number, line, find(grid.properties, line.property) or grid.properties[0], errors.get(number, ""), at_end)
        for number, line in enumerate(rows)
        for at_end in (number + 1 == len(rows),)
    ]
    try:
        condition = meaning.condition(rows, grid.properties, filters.when())
        found = counting.count_all(requests.user_of(request), {"": grid.listed(request).filter(condition)})[""]
        matches = counting.words(found)
    except Wrong:
        matches = ""
    context = {"rows": shown, "whole": errors.get(-1, ""), "matches": matches, "properties": grid.properties} | values
    context["back"] = requests.safe_next(request, grid.window.url()) if "next" in request.POST else here(grid, request)
    context["tab"] = request.GET.get("tab") or request.POST.get("tab", "")
    template = "kit/_filter.html" if requests.is_fragment(request) else "kit/filter_page.html"
    return grid.render(request, template, status=422 if errors and request.method == "POST" else 200, **context)


def here(grid: "GridWindow", request: HttpRequest) -> str:
    """The list as it was when the dialog was opened."""
    query = request.GET.copy()
    query.pop("property", None)
    return f"{grid.window.url()}?{query.urlencode()}" if query else grid.window.url()


def finish(grid: "GridWindow", request: HttpRequest, rows: list[Line], step: str) -> HttpResponse:
    """OK applies the lines, Save keeps them under a name and opens its tab."""
    user, values = requests.user_of(request), posted_values(request)
    try:
        meaning.condition(rows, grid.properties, filters.when())
        written = lines.write(rows)
        lines.read(written if step == "ok" else "")
        sort = standing_sort(grid, request)
        kept = (
            saved.save(user, grid.window.id, values["name"], rows, values["shared"], sort) if step == "save" else None
        )
    except Wrong as wrong:
        return answer(grid, request, rows, wrong.errors, values)
    if kept is None:
        return requests.redirect(
            request, with_query(grid, request, filter=lines.write(rows), tab=plain_tab(grid, request))
        )
    key, name = f"{filters.SAVED}{kept.pk}", f"filters.{grid.window.id}"
    if values["opens"]:
        person.save(request, name, key)
    elif person.setting(request, name, "") == key:
        person.save(request, name, "")
    return requests.redirect(request, with_query(grid, request, filter="", tab=key, sort=""))


def standing_sort(grid: "GridWindow", request: HttpRequest) -> str:
    """The columns that the list under the dialog is sorted by, as an address says them; "" for the window's own."""
    query = QueryDict(requests.safe_next(request, grid.window.url()).partition("?")[2])
    kept = filters.open_filter(grid, request)
    text = query.get("sort") or (kept.sort if kept else "")
    return ",".join(map(str, sorting.read(grid.columns, text)))


def delete(grid: "GridWindow", request: HttpRequest) -> HttpResponse:
    """Take a saved filter away."""
    kept = filters.open_filter(grid, request)
    if kept is None or not saved.may_change(requests.user_of(request), kept):
        raise PermissionDenied
    kept.delete()
    return requests.redirect(request, with_query(grid, request, filter="", tab=""))


def plain_tab(grid: "GridWindow", request: HttpRequest) -> str:
    """The tab under which changed lines show: a saved filter's own would narrow them a second time."""
    asked = request.POST.get("tab", "")
    plain = {tab.key for tab in grid.tabs}
    return asked if asked in plain else (grid.tabs[0].key if grid.tabs else "")


def with_query(grid: "GridWindow", request: HttpRequest, **values: str) -> str:
    """The list that the dialog came from, with another filter."""
    query = QueryDict(requests.safe_next(request, grid.window.url()).partition("?")[2], mutable=True)
    for name in (*listing.PAGING, "open", *values):
        query.pop(name, None)
    for name, value in values.items():
        if value:
            query[name] = value
    return f"{grid.window.url()}?{query.urlencode()}" if query else grid.window.url()
