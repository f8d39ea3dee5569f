"""On a phone a row folds into a card that knows a few places; a list that names none would show empty rows."""

import pytest
from django.urls import get_resolver

from mailroom.faces.windows.kit.grid import GridWindow

SHOWN_FIRST = {"from", "subject"}


def windows() -> list[type[GridWindow]]:
    """Every list window that has addresses."""
    get_resolver().url_patterns  # noqa: B018  # loads every window
    found, left = set(), [GridWindow]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if kind.__module__.endswith(".views") and kind.columns and kind.__name__ not in {"Do", "Columns"}:
            found.add(kind)
    return sorted(found, key=lambda kind: kind.__module__)


@pytest.mark.parametrize("window", windows(), ids=lambda kind: kind.__module__.split(".")[-2])
def test_a_folded_row_says_what_it_is(window: type[GridWindow]) -> None:
    places = {column.place or column.key for column in window.columns}
    assert places & SHOWN_FIRST, f"{window.__name__}: no column has a place that folded rows show"


@pytest.mark.parametrize("window", windows(), ids=lambda kind: kind.__module__.split(".")[-2])
def test_no_two_columns_share_a_place(window: type[GridWindow]) -> None:
    places = [column.place or column.key for column in window.columns]
    assert sorted(places) == sorted(set(places)), f"{window.__name__}: they would be drawn over each other"
