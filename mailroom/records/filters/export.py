"""Rows as CSV or a workbook, a property a column: read in slices, and safe to open in a spreadsheet."""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import IO, Any

from django.db.models import QuerySet

from mailroom.records.filters.properties import Property

SLICE = 2_000
LARGEST_CELL = 32_000  # what a cell of a workbook takes
WIDTH = 20  # letters: a moment is seen whole
SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# QUIRK: Excel in Norwegian, German and others cuts a CSV at semicolons, whatever stands in quotation marks.
BEHIND = re.compile(rf"([;\t\n])(?=[ \"']*[{SIGNS}])")
BOM = "\ufeff"


def safe(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; control signs go."""
    if not isinstance(value, str):
        return value
    text = "".join(letter for letter in value[:LARGEST_CELL] if letter >= " " or letter in "\t\n")
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text


def _of_csv(value: Any) -> Any:
    """The same for a line that may be cut at signs inside of its cells; moments so that they sort."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    found = safe(value)
    return BEHIND.sub(r"\1'", found) if isinstance(found, str) else found


def heads(properties: Sequence[Property]) -> list[Any]:
    """The first row."""
    return ["ID", *(str(one.label) for one in properties)]


def rows(found: QuerySet[Any], properties: Sequence[Property], zone: tzinfo) -> Iterator[list[Any]]:
    """The rows in their order, a bounded number in memory; moments are those of `zone`."""
    choices = [{str(key): str(words) for key, words in one.choices} for one in properties]
    fields = ("pk", *(one.field for one in properties))
    for key, *values in found.values_list(*fields).iterator(chunk_size=SLICE):
        yield [key, *(_cell(value, words, zone) for value, words in zip(values, choices, strict=True))]


def _cell(value: Any, choices: dict[str, str], zone: tzinfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)  # a workbook's moments have no zone
    if choices:
        return choices.get(str(value).lower() if isinstance(value, bool) else str(value), value)
    return "" if value is None else value


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def as_csv(head: Sequence[Any], found: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines of CSV in UTF-8 with its mark, some thousand at a time."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([_of_csv(value) for value in head])
    lines: list[str] = []
    for row in found:
        lines.append(writer.writerow([_of_csv(value) for value in row]))
        if len(lines) >= SLICE:
            yield "".join(lines)
            lines = []
    yield "".join(lines)


def as_workbook(head: Sequence[Any], found: Iterable[Sequence[Any]]) -> IO[bytes]:
    """A workbook in a temporary file, written row by row."""
    from openpyxl import Workbook  # costs a quarter second to load, and few requests need it
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Mailroom")
    sheet.freeze_panes = "A2"
    for number in range(len(head)):
        sheet.column_dimensions[get_column_letter(number + 1)].width = WIDTH
    sheet.append([safe(value) for value in head])
    for row in found:
        sheet.append([safe(value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file
