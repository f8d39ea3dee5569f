"""The rows of a grid as HTML; the markup is that of the data grid in the design's components."""

from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mailroom.faces.windows.kit.markup import attribute, joined, text

if TYPE_CHECKING:
    from mailroom.faces.windows.kit.listing import Listing, Row


def body(listing: "Listing") -> SafeString:
    """All rows of a page, each with its line below where it has one."""
    select, checks, opens_beside = text(_("Select")), listing.grid.checks, listing.split
    pieces: list[str] = []
    for row in listing.rows:
        pieces.append(f'<tr role="row"{attributes(row)}>\n')
        if checks:
            pieces.append(
                f'<td role="cell" class="c-check"><input type="checkbox" name="ids" value="{row.key}"'
                f' aria-label="{select} {text(row.label)}"></td>\n'
            )
        opening = link(row, opens_beside) if row.url else ""
        for css, content, linked in row.cells:
            inner = f"{opening}{content}</a>" if linked and opening else content
            pieces.append(f'<td role="cell" class="{css}">{inner}</td>\n')
        pieces.append("</tr>\n")
        if row.detail:
            pieces.append(detail(row.detail, len(listing.heads), checks))
    return joined(pieces)


def attributes(row: "Row") -> str:
    """What its state, its key and its size say of a row."""
    current = ' aria-current="true"' if row.current else ""
    size = f' data-size="{row.size}"' if row.size else ""
    return f'{attribute("class", row.css)}{current} data-row="{row.key}"{size}'


def link(row: "Row", opens_beside: bool) -> str:
    """The beginning of the link that opens a row: in the reading pane, or in its own window."""
    url = text(row.url)
    beside = f' hx-get="{url}" hx-target="#reader" hx-push-url="true"' if opens_beside else ""
    return f'<a href="{url}" data-open="{row.key}"{beside}>'


def detail(words: Any, columns: int, checks: bool) -> str:
    """The line under a row: why it failed."""
    before = '<td role="cell"></td>' if checks else ""
    return (
        f'<tr role="row" class="datagrid__detail">{before}<td role="cell" colspan="{columns}">'
        f'<div class="why">{text(words)}</div></td></tr>\n'
    )
