"""A window that lists rows: filter tabs, search, criteria, sorting, paging by key, selection, actions, reading pane."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from mailroom.faces.windows.kit import columns as column_choice
from mailroom.faces.windows.kit import counting, filters, keyset, listing, person, requests
from mailroom.faces.windows.kit.actions import Toolbar, shown
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.registry import Words
from mailroom.faces.windows.kit.views import WindowView
from mailroom.records.filters.properties import Property

MOST_CHOSEN = 200_000  # rows of one bulk action
Narrow = Callable[[QuerySet[Any], HttpRequest], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class FilterTab:
    """A filter tab: `narrow(rows, request)` answers its rows; `icon` is "filter" for a saved one.

    One that is `sorted` has an order of its own.
    """

    key: str
    label: Words
    narrow: Narrow | None = None
    icon: str = ""
    tone: str = ""
    sorted: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force, with the address of the list without it."""

    label: Words
    remove_url: str


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says: what is true, what happens next, and one action at most."""

    title: Words
    text: Words = ""
    icon: str = "inbox"
    url: str = ""
    button: Words = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence under the rows of a search, with one address to go on to.

    `at_once` is the address of a fuller list, which takes this one's place as soon as it has come.
    """

    words: Words
    url: str = ""
    button: Words = ""
    at_once: str = ""


class GridWindow(WindowView, ABC):
    """A list window, declared by class attributes; see README.md. Hooks are the methods without an underscore."""

    columns: ClassVar[Sequence[Column]] = ()
    default_sort: ClassVar[str] = "-pk"
    tabs: ClassVar[Sequence[FilterTab]] = ()
    default_tab: ClassVar[str] = ""
    toolbar: ClassVar[Toolbar] = ()
    criteria_form: ClassVar[type[forms.Form] | None] = None
    searchable: ClassVar[bool] = True
    reader_template: ClassVar[str] = ""
    properties: ClassVar[Sequence[Property]] = ()
    search_label: ClassVar[Words] = ""
    row_name: ClassVar[str] = "rows"
    page_size: ClassVar[int] = keyset.PAGE
    head_template: ClassVar[str] = ""
    foot_template: ClassVar[str] = ""
    checks: ClassVar[bool] = True
    live: ClassVar[bool] = False  # fetched again when emails come or change

    @abstractmethod
    def records(self, request: HttpRequest) -> QuerySet[Any]:
        """All rows that this person may see and act on; a window must say so."""

    def listed(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of this window among them, with what the cells need (select_related)."""
        return self.records(request)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """The rows that the Search field finds."""
        return rows

    def searched(self, rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
        """The same for a window that has something to say of its search; `notice` says it."""
        return self.search(rows, text)

    def notice(self, request: HttpRequest) -> Notice | None:
        """What is said under the rows."""
        return None

    def criteria_initial(self, request: HttpRequest) -> dict[str, Any]:
        """The criteria's values when the window is opened."""
        return {}

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any], request: HttpRequest) -> QuerySet[Any]:
        """The rows that the criteria of the top part leave; `values` are the form's cleaned data."""
        return rows

    def filtered(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        """The rows that Filter settings leave; `chips` shows what is in force."""
        return filters.narrow(self, rows, request) if self.properties else rows

    def chips(self, request: HttpRequest) -> list[Chip]:
        """The filters in force."""
        return filters.chips(self, request, partial(listing.changed, request)) if self.properties else []

    def commands(self, request: HttpRequest) -> Toolbar:
        """The toolbar; a window whose menus hold rows makes it anew for each request."""
        return self.toolbar

    def all_tabs(self, request: HttpRequest) -> Sequence[FilterTab]:
        """The filter tabs, with the person's saved filters after them."""
        return [*self.tabs, *filters.tabs(self, request)] if self.properties else self.tabs

    def row_label(self, row: Any) -> str:
        """What a screen reader calls the row."""
        return str(row)

    def row_class(self, row: Any) -> str:
        """Such as "is-unread"."""
        return ""

    def row_detail(self, row: Any) -> Any:
        """A line under the row: why it failed."""
        return ""

    def row_size(self, row: Any) -> int:
        """Its size in bytes, which the totals line adds up for the chosen rows; 0 where rows have none."""
        return 0

    def row_url(self, row: Any, request: HttpRequest) -> str:
        """What the linked column opens in the full grid (and where there is no reading pane)."""
        return ""

    def decorate(self, rows: list[Any], request: HttpRequest) -> None:
        """Fetch for the whole page at once what cells need besides the query."""

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What the list says when it has no rows."""
        return Empty(listing.NOTHING)

    def reader_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the reading pane's template needs besides `record`."""
        return {}

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        """What `head_template` and `foot_template` need."""
        return {}

    # ---- answers

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page, or the fragment `list`, `reader` or `filter-tabs` of it."""
        wanted = requests.target(request)
        if wanted == "reader":
            return self.reader(request)
        if wanted == "filter-tabs":
            return self.render(request, "kit/_counts_answer.html", listing=listing.counted(self, request))
        view = listing.read(self, request)
        if wanted == "list":
            return self.render(request, "kit/_list_answer.html", listing=view, **self.extra_context(request))
        context = self.extra_context(request) | {"listing": view, "toolbar": shown(self.commands(request), request)}
        if view.open_id is not None:
            context |= self.opened(request, view.open_id)
        return self.render(request, "kit/grid_window.html", **context)

    def reader(self, request: HttpRequest) -> HttpResponse:
        """The reading pane alone."""
        view_id = requests.ids_of([request.GET.get("open", "")])
        if not self.reader_template or not view_id:
            raise Http404
        context = self.opened(request, view_id[0])
        return self.render(
            request, "kit/_reader_answer.html", toolbar=shown(self.commands(request), request), **context
        )

    def opened(self, request: HttpRequest, key: int) -> dict[str, Any]:
        """The context of the reading pane for one row; 404 for a row the person may not see."""
        try:
            row = self.records(request).get(pk=key)
        except ObjectDoesNotExist as missing:
            raise Http404 from missing
        return {"record": row, "reader_template": self.reader_template, **self.reader_context(request, row)}

    def chosen(self, request: HttpRequest) -> list[Any]:
        """The ids that an action is for: the checked rows, else the open one, or everything in the view."""
        if request.POST.get("everything") == "1":
            return list(listing.rows(self, request).order_by("pk").values_list("pk", flat=True)[: MOST_CHOSEN + 1])
        ids = requests.ids_of(request.POST.getlist("ids") or request.POST.getlist("open"))
        if ids is None:
            raise Http404
        if ids and self.records(request).filter(pk__in=ids).count() != len(ids):
            raise Http404
        return ids

    def choice(self, request: HttpRequest) -> column_choice.Choice:
        """The person's columns of this window."""
        return column_choice.Choice.read(person.setting(request, f"columns.{self.window.id}"))

    def counts(self, request: HttpRequest, rows: QuerySet[Any]) -> dict[str, int]:
        """The bounded count of every filter tab, in one query."""
        tabs = self.all_tabs(request)
        narrowed = {tab.key: tab.narrow(rows, request) if tab.narrow else rows for tab in tabs}
        return counting.count_all(requests.user_of(request), narrowed)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        """The addresses of the window: the list, its actions, its column choice."""
        from mailroom.faces.windows.kit import export, filter_dialog, grid_posts

        settings = [path("filter/", filter_dialog.settings(cls).as_view(), name="filter")] if cls.properties else []
        settings += [path("export/", export.exporting(cls).as_view(), name="export")] if cls.properties else []
        return [
            *settings,
            path("", cls.as_view(), name="list"),
            path("do/<slug:key>/", grid_posts.doing(cls).as_view(), name="do"),
            path("columns/", grid_posts.choosing(cls).as_view(), name="columns"),
        ]
