"""Lookups: a field that finds a record by typing, or in a pop-up selector with a grid and a search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import registry, requests
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.registry import Words
from mailroom.faces.windows.kit.views import WindowView
from mailroom.records.organisation.models.people import Role

TYPING = 20
SELECTOR = 100


@dataclass(frozen=True, slots=True)
class Lookup:
    """Records to choose from.

    `rows(request)` are those this person may choose. `search` are the fields looked through. `value(row)` goes into the
    form and `text(row)` is shown; `window` is the id of the window that "Open" shows the record in.
    """

    key: str
    label: Words
    rows: Callable[[HttpRequest], QuerySet[Any]]
    columns: Sequence[tuple[str, Words]]
    search: Sequence[str]
    window: str = ""
    value: Callable[[Any], str] = lambda row: str(row.pk)
    text: Callable[[Any], str] = str

    def find(self, request: HttpRequest, text: str, limit: int) -> list[Any]:
        """The rows that hold every word of `text` in one of the searched fields."""
        found = self.rows(request)
        for word in text.split()[:8]:
            one = Q()
            for field in self.search:
                one |= Q(**{f"{field}__icontains": word})
            found = found.filter(one)
        return list(found[:limit])

    def cells(self, row: Any) -> list[str]:
        """The row's cells in the selector."""
        return [Column(key, label).content(row) for key, label in self.columns]


LOOKUPS: dict[str, Lookup] = {}


def register(lookup: Lookup) -> Lookup:
    """Make the lookup known under its key."""
    LOOKUPS[lookup.key] = lookup
    return lookup


class LookupWidget(forms.Widget):
    """The text box of a lookup with its clear, open and select buttons; without script the text alone decides."""

    template_name = "kit/lookup.html"

    def __init__(self, lookup: str, placeholder: Words = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.lookup = lookup
        self.placeholder = placeholder
        self.rows: Callable[[Any], Any] = lambda value: None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds the lookup, the chosen record's text and the address that "Open" goes to."""
        context = super().get_context(name, value, attrs)
        lookup = LOOKUPS[self.lookup]
        value = getattr(value, "pk", value)
        row = self.rows(value) if value not in (None, "") else None
        target = registry.WINDOWS.get(lookup.window) if lookup.window else None
        context["widget"] |= {
            "lookup": lookup,
            "placeholder": self.placeholder,
            "text": lookup.text(row) if row is not None else (value or ""),
            "open_url": f"/{target.slug}/" if target is not None else "",
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The chosen key; typed text that was not chosen from the list comes as the text itself."""
        value, text = data.get(name), data.get(f"{name}_text")
        if text is not None and not str(text).strip():
            return ""
        return value or text or ""


class LookupField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A record chosen through a lookup; its text, typed in full, is understood as well."""

    def __init__(self, lookup: str, *, required: bool = False, placeholder: Words = "", **options: Any) -> None:
        self.lookup = lookup
        model_rows = options.pop("queryset", None)
        super().__init__(model_rows, required=required, widget=LookupWidget(lookup, placeholder), **options)
        self.widget.rows = self.row_of

    def __deepcopy__(self, memo: Any) -> "LookupField":
        copied = super().__deepcopy__(memo)
        copied.widget.rows = copied.row_of
        return copied

    def row_of(self, value: Any) -> Any:
        """The record that a value stands for, or None."""
        if self.queryset is None:
            return None
        try:
            return self.queryset.filter(pk=value).first()
        except (ValueError, TypeError, OverflowError):
            return None

    def to_python(self, value: Any) -> Any:
        """The record by its key, else the only one that is called so."""
        if value in self.empty_values:
            return None
        row = self.row_of(value)
        if row is not None:
            return row
        lookup = LOOKUPS[self.lookup]
        exact = Q()
        for field in lookup.search:
            exact |= Q(**{f"{field}__iexact": value})
        found = list(self.queryset.filter(exact)[:2]) if self.queryset is not None else []
        if len(found) == 1:
            return found[0]
        raise ValidationError(
            _("%(label)s “%(value)s” was not found. Choose one from the list."),
            code="invalid_choice",
            params={"label": lookup.label, "value": value},
        )


class TokensWidget(forms.TextInput):
    """Several values as chips in one box; without script a line separated by commas."""

    template_name = "kit/tokens.html"

    def __init__(self, lookup: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.lookup = lookup
        self.label: Words | None = None  # of the field: several fields of a form may share a lookup

    def format_value(self, value: Any) -> str:
        """The values on one line."""
        return ", ".join(value) if isinstance(value, (list, tuple)) else str(value or "")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds the lookup that typing searches."""
        context = super().get_context(name, value, attrs)
        context["widget"]["lookup"] = LOOKUPS[self.lookup]
        context["widget"]["label"] = self.label or LOOKUPS[self.lookup].label
        return context


class TokensField(forms.CharField):
    """A line of values separated by commas or semicolons, as people type addresses; it stays text."""

    def __init__(self, lookup: str, *, required: bool = False, **options: Any) -> None:
        super().__init__(required=required, widget=TokensWidget(lookup), **options)
        self.widget.label = self.label


class LookupView(WindowView):
    """What a lookup finds: `role=listbox` while typing, a grid with search as pop-up selector."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Any signed-in person may look up; the rows are limited by each lookup."""
        self.window = OPEN_TO_ALL  # type: ignore[misc]
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The matches for `q`; `as=selector` answers the pop-up selector."""
        lookup = LOOKUPS.get(key)
        if lookup is None:
            raise Http404(key)
        text = request.GET.get("q", "")[:200]
        selector = request.GET.get("as") == "selector" or requests.target(request) == "selector-rows"
        limit = SELECTOR if selector else TYPING
        found = lookup.find(request, text, limit)
        rows = [(lookup.value(row), lookup.text(row), lookup.cells(row)) for row in found]
        context: dict[str, Any] = {
            "lookup": lookup,
            "rows": rows,
            "text": text,
            "full": len(found) == (SELECTOR if selector else TYPING),
        }
        if requests.target(request) == "selector-rows":
            return self.render(request, "kit/_selector_rows.html", **context)
        return self.render(request, "kit/_selector.html" if selector else "kit/_lookup.html", **context)


OPEN_TO_ALL = registry.Window("", "", registry.Workspace.OVERVIEW, "search", roles=frozenset(Role))
