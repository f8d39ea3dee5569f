"""One view of a grid: what its address asks for, and the rows, counts and links that answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import changes, counting, filters, keyset, person, requests, sorting, tabs
from mailroom.faces.windows.kit import columns as column_choice

if TYPE_CHECKING:
    from mailroom.faces.windows.kit.grid import Chip, Empty, FilterTab, GridWindow, Notice

NOTHING = _("Nothing here")
CHOOSE_ROWS = _("Choose at least one row first.")
SENSELESS = _("This filter makes no sense")
PAGING = ("after", "before", "last")
SEARCH = ("q", "tab", "filter")  # another search, tab or filter begins with the newest hits again


@dataclass(frozen=True, slots=True)
class Head:
    """A column head: its label, width, sort link and `aria-sort`."""

    key: str
    label: Any
    css: str
    width: int
    sort_url: str
    add_url: str
    aria_sort: str
    place: int  # among several columns that the list is sorted by, from 1; 0 where it is one or none
    filtered_by: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the template prints it."""

    key: int
    label: str
    css: str
    cells: list[tuple[str, SafeString, bool]]
    url: str
    detail: Any
    current: bool
    size: int


WIDE = 72  # rem: the list of a window as wide as most screens


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that the list fragment prints."""

    heads: list[Head]
    rows: list[Row]
    tabs: list[tabs.TabLink]
    chips: "list[Chip]"
    criteria: forms.Form | None
    text: str
    searching: bool
    grid: "GridWindow"
    count: int
    first: int
    links: dict[str, str]
    url: str
    open_id: int | None
    split: bool
    empty: "Empty | None"
    all_columns: list[column_choice.Placed]
    hidden_values: list[tuple[str, str]]
    clear_url: str = ""
    notice: "Notice | None" = None
    mark: str = ""
    count_words: str = ""
    counted: bool = True  # else the page asks for its counts as soon as it stands

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1

    @property
    def minimum_width(self) -> int:
        """The rem below which the list scrolls sideways, before its columns would be squeezed."""
        return column_choice.minimum_width(self.all_columns, self.grid.checks)

    @property
    def is_wide(self) -> bool:
        """Whether it is likely to scroll sideways: check box and subject stay in sight then."""
        return self.grid.checks and self.minimum_width > WIDE


def changed(request: HttpRequest, **values: str | None) -> str:
    """This view's address with some parameters changed or, where None, left out; paging always begins anew."""
    gone = {*PAGING, *values, *(("older",) if set(SEARCH) & set(values) else ())}
    pairs = [(name, value) for name, kept in request.GET.lists() if name not in gone for value in kept]
    pairs += [(name, value) for name, value in values.items() if value is not None]
    return f"?{urlencode(pairs)}" if pairs else request.path


def tab_of(grid: "GridWindow", request: HttpRequest, tabs: "Sequence[FilterTab]") -> "FilterTab | None":
    """The open filter tab."""
    asked = request.GET.get("tab") or request.POST.get("tab") or filters.default_tab(grid, request)
    return next((tab for tab in tabs if tab.key == asked), tabs[0] if tabs else None)


def criteria_of(grid: "GridWindow", request: HttpRequest) -> forms.Form | None:
    """The criteria form; at first open it holds the window's initial values."""
    if grid.criteria_form is None:
        return None
    names = set(grid.criteria_form.base_fields)
    initial = grid.criteria_initial(request)
    given = bool(names & {name.removesuffix("_text") for name in request.GET}) or "criteria" in request.GET
    form = grid.criteria_form(request.GET if given else initial, auto_id="criteria_%s")
    form.request = request  # type: ignore[attr-defined]
    form.is_valid()
    return form


def base_rows(grid: "GridWindow", request: HttpRequest, form: forms.Form | None) -> QuerySet[Any]:
    """The window's rows under its criteria, filter settings and search, before a tab narrows them."""
    found = grid.filtered(grid.listed(request), request)
    if form is not None:
        found = grid.narrowed(found, getattr(form, "cleaned_data", {}), request)
    text = request.GET.get("q", "").strip()[:200]
    return grid.searched(found, text, request) if text and grid.searchable else found


def rows(grid: "GridWindow", request: HttpRequest) -> QuerySet[Any]:
    """All rows of the view that the address describes (all its pages)."""
    tab = tab_of(grid, request, grid.all_tabs(request))
    found = base_rows(grid, request, criteria_of(grid, request))
    return tab.narrow(found, request) if tab and tab.narrow else found


def order_of(grid: "GridWindow", request: HttpRequest) -> keyset.Order:
    """The order that the address or the open saved filter asks for; else the window's own."""
    return sorting.order_of(grid, sorting.asked(grid, request))


def read(grid: "GridWindow", request: HttpRequest) -> Listing:
    """Read the address and the rows for it: a constant number of queries, whatever the size."""
    mark = changes.KEPT.current() if grid.live else ""  # before the rows: what comes meanwhile is asked for again
    form = criteria_of(grid, request)
    all_tabs = grid.all_tabs(request)
    tab = tab_of(grid, request, all_tabs)
    base = base_rows(grid, request, form)
    counts = tabs.counts(grid, request, base, mark)
    found = tab.narrow(base, request) if tab and tab.narrow else base
    key = tab.key if tab else ""
    by = sorting.asked(grid, request)
    order = sorting.order_of(grid, by)
    found, cut = sorting.bounded(grid, found, by)
    page = page_of(grid, request, found, order, counts.of(key) if counts.fresh else counting.BOUND + 1)
    grid.decorate(page.rows, request)
    open_ids = requests.ids_of([request.GET.get("open", "")]) if grid.reader_template else None
    open_id = open_ids[0] if open_ids else None
    split = bool(grid.reader_template) and person.setting(request, f"view.{grid.window.id}", "split") == "split"
    placed = column_choice.placed(grid.columns, grid.choice(request))
    beside = opening(request) if split else ""
    return Listing(
        heads=[head(request, one, sorting.shown(grid, by), grid) for one in placed if one.shown],
        rows=[row(grid, request, item, placed, open_id, beside) for item in page.rows],
        tabs=tabs.links(request, all_tabs, tab, counts),
        chips=(chips := grid.chips(request)),
        notice=cut or grid.notice(request),
        mark=mark,
        clear_url=clear_url(grid, request) if len(chips) > 1 else "",
        criteria=form,
        text=request.GET.get("q", ""),
        searching=grid.searchable,
        grid=grid,
        count=counts.of(key),
        count_words=counts.words(key),
        counted=counts.fresh,
        first=page.first_number,
        links=paging_links(request, page),
        url=request.get_full_path(),
        open_id=open_id,
        split=split,
        empty=None if page.rows else empty_of(grid, request, tab),
        all_columns=placed,
        hidden_values=[(name, request.GET[name]) for name in ("tab", "sort", "filter") if name in request.GET],
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What changes in a page when its rows have been counted."""

    tabs: list[tabs.TabLink]
    count: int
    count_words: str
    counted: bool = True


def counted(grid: "GridWindow", request: HttpRequest) -> Counted:
    """The counts of the view that the address describes, without its rows."""
    mark = changes.KEPT.current() if grid.live else ""
    all_tabs = grid.all_tabs(request)
    tab = tab_of(grid, request, all_tabs)
    counts = tabs.counts(grid, request, base_rows(grid, request, criteria_of(grid, request)), mark, now=True)
    key = tab.key if tab else ""
    return Counted(tabs.links(request, all_tabs, tab, counts), counts.of(key), counts.words(key))


def empty_of(grid: "GridWindow", request: HttpRequest, tab: "FilterTab | None") -> "Empty":
    """What a list without rows says: that its filter makes no sense, or the window's own words."""
    from mailroom.faces.windows.kit.grid import Empty

    trouble = filters.applied(grid, request).trouble if grid.properties else ""
    if trouble:
        return Empty(SENSELESS, trouble, "filter", changed(request, filter=None), _("Remove the filter"))
    return grid.empty(request, tab.key if tab else "")


def clear_url(grid: "GridWindow", request: HttpRequest) -> str:
    """The list without any filter: a saved filter's tab gives way to the first one."""
    kept = filters.open_filter(grid, request)
    return changed(request, filter=None, **({"tab": grid.tabs[0].key} if kept and grid.tabs else {}))


def page_of(
    grid: "GridWindow", request: HttpRequest, found: QuerySet[Any], order: keyset.Order, count: int
) -> keyset.Page:
    """The page that the address asks for; the first one when its cursor is none of ours."""
    model = found.model
    after = keyset.read_cursor(request.GET.get("after", ""), model, order) if "after" in request.GET else None
    before = keyset.read_cursor(request.GET.get("before", ""), model, order) if "before" in request.GET else None
    last = (count if count <= counting.BOUND else -1) if "last" in request.GET else None
    return keyset.page(found, order, after, before, last, grid.page_size)


def paging_links(request: HttpRequest, page: keyset.Page) -> dict[str, str]:
    """The addresses of the first, previous, next and last page; empty where there is none."""
    return {
        "first": changed(request) if page.before else "",
        "previous": changed(request, before=page.before) if page.before else "",
        "next": changed(request, after=page.after) if page.after else "",
        "last": changed(request, last="1") if page.after else "",
    }


def head(request: HttpRequest, placed: column_choice.Placed, by: Sequence[sorting.By], grid: "GridWindow") -> Head:
    """The head of a column, with the addresses of the list sorted by it alone and by it too."""
    column = placed.column
    place = next((number for number, one in enumerate(by, 1) if one.column.key == column.key), 0)
    return Head(
        column.key,
        column.label,
        column.css,
        placed.width,
        changed(request, sort=sorting.pressed(column, by)) if column.sort else "",
        changed(request, sort=sorting.added(column, by)) if column.sort else "",
        ("descending" if by[place - 1].descending else "ascending") if place else "",
        place if len(by) > 1 else 0,
        column.key if any(one.key == column.key for one in grid.properties) else "",
    )


def row(
    grid: "GridWindow",
    request: HttpRequest,
    item: Any,
    placed: list[column_choice.Placed],
    open_id: int | None,
    beside: str,
) -> Row:
    """A row with its cells; the linked column opens the reading pane (`beside` and its key), or the row's window."""
    url = f"{beside}{item.pk}" if beside else grid.row_url(item, request)
    cells = []
    for one in placed:
        if one.shown:
            column = one.column
            notable = " is-notable" if column.notable is not None and column.notable(item) else ""
            cells.append((column.css + notable, column.content(item), column.link))
    said, css, detail = grid.row_label(item), grid.row_class(item), grid.row_detail(item)
    return Row(item.pk, said, css, cells, url, detail, item.pk == open_id, grid.row_size(item))


def opening(request: HttpRequest) -> str:
    """This view with another row open, but for its key; the page stays."""
    query = request.GET.copy()
    query.pop("open", None)
    kept = query.urlencode()
    return f"?{kept}&open=" if kept else "?open="
