"""Columns of a grid: what they are called, how they sort, what stands in a cell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from mailroom.faces.windows.kit.markup import text
from mailroom.faces.windows.kit.registry import Words

Cell = Callable[[Any], Any]
LEAST_LEFT = 26  # half rem that a column without a width of its own keeps
CHECK = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `key` names it in the saved choice of columns, in `?sort=` and in its CSS class `c-KEY` unless `place` gives another
    (places that folded rows know: check, from, subject, below, date, clip, status, entity, owner; a row without From
    begins with its subject). `sort` is the model field
    to sort by; without an index that begins with it (`indexed`) only the first 10,000 rows of a list are sorted.
    `cell(row)` answers text or safe HTML; without it the attribute `key` is shown.
    `width` is in half rem (16 = 8rem), 0 takes what is left. `notable(row)` says whether a folded row shows its status.
    """

    key: str
    label: Words
    cell: Cell | None = None
    sort: str = ""
    width: int = 0
    place: str = ""
    number: bool = False
    hidden: bool = False
    link: bool = False
    notable: Callable[[Any], bool] | None = None
    first_down: bool = False
    indexed: bool = True

    @property
    def css(self) -> str:
        """The class of its cells, which gives them their place in a folded row."""
        return f"c-{self.place or self.key}" + (" c-num" if self.number else "")

    def content(self, row: Any) -> SafeString:
        """What stands in the cell of `row`; text is escaped."""
        if self.cell is not None:
            value = self.cell(row)
        else:
            value = row
            for name in self.key.split("__"):
                value = getattr(value, name, None)
        return SafeString(text("" if value is None else value))


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's columns of one grid: their order, which are shown, and their widths."""

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, int] | None = None

    @classmethod
    def read(cls, saved: Any) -> "Choice":
        """From the saved setting; anything odd in it counts as not chosen."""
        if not isinstance(saved, dict):
            return cls()
        names = [name for name in saved.get("order", []) if isinstance(name, str)]
        hidden = frozenset(name for name in saved.get("hidden", []) if isinstance(name, str))
        widths = {
            str(name): int(width)
            for name, width in dict(saved.get("widths") or {}).items()
            if isinstance(width, int) and 0 <= width <= 120
        }
        return cls(tuple(names), hidden, widths)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column as this person sees it."""

    column: Column
    shown: bool
    width: int


def placed(columns: Sequence[Column], choice: Choice) -> list[Placed]:
    """The columns in the person's order; new ones keep the place that the window gives them."""
    ranks = {key: rank for rank, key in enumerate(choice.order)}
    chosen = bool(choice.order)
    ordered: Iterable[Column] = columns
    if chosen:
        ordered = sorted(columns, key=lambda column: ranks.get(column.key, len(ranks) + columns.index(column)))
    widths = choice.widths or {}
    return [
        Placed(
            column,
            column.key not in choice.hidden and (not column.hidden or column.key in ranks),
            snapped(widths.get(column.key, column.width)),
        )
        for column in ordered
    ]


def minimum_width(columns: Iterable[Placed], checks: bool) -> int:
    """The rem that the shown columns need, as a width that has a class in kit.css: 40, 48 and so on to 160."""
    needed = sum(one.width or LEAST_LEFT for one in columns if one.shown) + (CHECK if checks else 0)
    return min(160, max(40, -(-needed // 16) * 8))


def snapped(width: int) -> int:
    """A width that has a class in kit.css: 0, or 6 to 80 half rem."""
    return 0 if width <= 0 else min(80, max(6, width))
