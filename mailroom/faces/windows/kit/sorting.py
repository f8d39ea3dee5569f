"""What a grid is sorted by: one column or several, as its address, its saved filter or the window itself says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.db.models.sql.where import WhereNode
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mailroom.faces.windows.kit import counting, filters, keyset
from mailroom.faces.windows.kit.columns import Column

if TYPE_CHECKING:
    from mailroom.faces.windows.kit.grid import GridWindow, Notice

MOST = 4  # columns of one order


@dataclass(frozen=True, slots=True)
class By:
    """A column that the list is sorted by."""

    column: Column
    descending: bool

    def __str__(self) -> str:
        return f"-{self.column.key}" if self.descending else self.column.key


def asked(grid: "GridWindow", request: HttpRequest) -> tuple[By, ...]:
    """The columns that `?sort=subject,-date` names, else the open saved filter; names that are none are left out."""
    text = request.GET.get("sort", "")
    if not text and grid.properties and (kept := filters.open_filter(grid, request)) is not None:
        text = kept.sort
    return read(grid.columns, text)


def read(columns: Sequence[Column], text: str) -> tuple[By, ...]:
    """The columns that a text names, each once, four at most."""
    known = {column.key: column for column in columns if column.sort}
    found: dict[str, By] = {}
    for name in text.split(",")[: 2 * MOST]:
        column = known.get(name.lstrip("-"))
        if column is not None:
            found.setdefault(column.key, By(column, name.startswith("-")))
    return tuple(found.values())[:MOST]


def order_of(grid: "GridWindow", by: Sequence[By]) -> keyset.Order:
    """The order of the rows; the window's own where nothing is asked for."""
    if not by:
        return keyset.Order.read(grid.default_sort)
    return keyset.Order(tuple(keyset.Key(one.column.sort, one.descending) for one in by))


def shown(grid: "GridWindow", by: Sequence[By]) -> tuple[By, ...]:
    """The columns whose heads say that the list is sorted by them."""
    if by:
        return tuple(by)
    own = keyset.Order.read(grid.default_sort).keys
    return tuple(
        By(column, key.descending) for key in own for column in grid.columns if column.sort and column.sort == key.field
    )


def pressed(column: Column, by: Sequence[By]) -> str:
    """The order after a press of the column's head: by it alone; a second press turns it round."""
    now = next((one for one in by if one.column.key == column.key), None)
    return str(By(column, not now.descending if now else column.first_down))


def added(column: Column, by: Sequence[By]) -> str:
    """The order after a press with Shift: by this column too, after the others; turned round where it is in already."""
    if any(one.column.key == column.key for one in by):
        return ",".join(str(By(column, not one.descending) if one.column.key == column.key else one) for one in by)
    return ",".join(map(str, (*by[: MOST - 1], By(column, column.first_down))))


def bounded(grid: "GridWindow", rows: QuerySet[Any], by: Sequence[By]) -> "tuple[QuerySet[Any], Notice | None]":
    """The rows to sort. Where no index has the order, the first 10,000 in the window's own order, and that is said."""
    from mailroom.faces.windows.kit.grid import Notice

    if not by or by[0].column.indexed:
        return rows, None
    standing = keyset.ordered(rows, keyset.Order.read(grid.default_sort)).values("pk")
    if not standing[counting.BOUND : counting.BOUND + 1].exists():
        return rows, None
    alone = rows.all()
    alone.query.where = WhereNode()  # said once more, a planner would begin with these conditions
    words = _("Sorted among the newest %(n)s of this list. Search or filter to sort all of fewer.")
    notice = Notice(words % {"n": counting.words(counting.BOUND)})
    return alone.filter(pk__in=standing[: counting.BOUND]), notice
