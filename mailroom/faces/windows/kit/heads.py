"""The column heads of a grid, and the list that they are chosen from, as HTML."""

from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mailroom.faces.windows.kit.cells import icon
from mailroom.faces.windows.kit.markup import attribute, joined, text

if TYPE_CHECKING:
    from mailroom.faces.windows.kit.listing import Head, Listing


def row(listing: "Listing", window_url: str) -> SafeString:
    """Every head: its sort link, and the button that opens the filter for it."""
    pieces = []
    for head in listing.heads:
        css = f"{head.css} cw-{head.width}" if head.width else head.css
        sorted_so = attribute("aria-sort", head.aria_sort)
        inner = sort_link(head) if head.sort_url else text(head.label)
        pieces.append(
            f'<th role="columnheader" class="{text(css)}" scope="col" data-column="{text(head.key)}"{sorted_so}>'
            f"{inner}{filter_button(head, window_url) if head.filtered_by else ''}</th>\n"
        )
    return joined(pieces)


def sort_link(head: "Head") -> str:
    """The label as a link that sorts by this column, with an arrow and its place among several."""
    url, label = text(head.sort_url), text(head.label)
    title = text(_("Sort; with Shift, sort by this column too"))
    arrow = icon("arrow-up" if head.aria_sort == "ascending" else "arrow-down")
    place = ""
    if head.place:
        words = text(_("Place in the order:"))
        place = f'<span class="sort__n"><span class="sr">{words} </span>{head.place}</span>'
    return (
        f'<a class="sort" id="sort-{text(head.key)}" href="{url}" hx-get="{url}" hx-target="#list" hx-push-url="true"'
        f' data-add="{text(head.add_url)}" title="{title}">{label}{arrow}{place}</a>'
    )


def filter_button(head: "Head", window_url: str) -> str:
    """The funnel of a head."""
    by = _("Filter by")
    words = f"{text(by)} {text(head.label)}"
    url = f"{text(window_url)}filter/?property={text(head.filtered_by)}"
    return (
        f'<button class="head-filter" type="button" data-dialog-url="{url}" data-with-query'
        f' aria-label="{words}" title="{words}">{icon("filter")}</button>'
    )


def choice(listing: "Listing") -> SafeString:
    """One line a column: whether it is shown, and buttons that move it."""
    up, down = text(_("Move up")), text(_("Move down"))
    pieces = []
    for one in listing.all_columns:
        key, label = text(one.column.key), text(one.column.label)
        checked = " checked" if one.shown else ""
        pieces.append(
            f'<li><input type="hidden" name="order" value="{key}"><label class="check"><input type="checkbox"'
            f' name="shown" value="{key}"{checked}> <span>{label}</span></label>\n<span class="btn-row push">'
            f"{mover(-1, up, label)}{mover(1, down, label)}</span></li>"
        )
    return joined(pieces)


def mover(step: int, words: str, label: str) -> str:
    """The button that moves a column by one place."""
    return (
        f'<button class="btn btn--quiet btn--icon btn--sm" type="button" data-move="{step}"'
        f' aria-label="{words}: {label}" title="{words}">{icon("up" if step < 0 else "down")}</button>'
    )
