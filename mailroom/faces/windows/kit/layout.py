"""The layout of a record: columns of fields on top, tabs of sections below, an aside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailroom.faces.windows.kit.registry import Words


@dataclass(frozen=True, init=False)
class Section:
    """A titled group of fields; one column of its tab."""

    label: Words
    fields: tuple[str, ...]

    def __init__(self, label: Words, *fields: str) -> None:
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "fields", fields)


Column = Sequence[Section | str]


@dataclass(frozen=True, init=False)
class Tab:
    """A tab: each argument after the label is a column (a Section, a field name, or a tuple of them); or a template."""

    key: str
    label: Words
    columns: tuple[tuple[Section | str, ...], ...]
    template: str

    def __init__(self, key: str, label: Words, *columns: Section | str | Column, template: str = "") -> None:
        as_columns = tuple((one,) if isinstance(one, (Section, str)) else tuple(one) for one in columns)
        for name, value in (("key", key), ("label", label), ("columns", as_columns), ("template", template)):
            object.__setattr__(self, name, value)

    @property
    def fields(self) -> Iterator[str]:
        """The names of all fields of the tab."""
        for column in self.columns:
            for item in column:
                yield from item.fields if isinstance(item, Section) else (item,)


@dataclass(frozen=True)
class Layout:
    """A record's form; `head` is a template that stands above the fields, `after` one below them."""

    top: Sequence[Column] = ()
    tabs: Sequence[Tab] = ()
    aside: str = ""
    after: str = ""
    head: str = ""
