"""Commands as HTML: a toolbar with its menus, and the single command of a toolbar, a menu or the reading pane."""

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from mailroom.faces.windows.kit.actions import Action, Menu, Separator, Toolbar
from mailroom.faces.windows.kit.cells import icon
from mailroom.faces.windows.kit.markup import attribute, joined, text

KEY_WORDS = {"Delete": "Del", "PageUp": "Page Up", "PageDown": "Page Down"}


def toolbar(items: Toolbar, request: HttpRequest, record: Any, form_id: str, do_base: str) -> SafeString:
    """All commands and menus, with lines between groups; they post `form_id` to `do_base`do/KEY/."""
    pieces = []
    for item in items:
        if isinstance(item, Separator):
            pieces.append('<span class="toolbar__sep"></span>\n')
        elif isinstance(item, Menu):
            pieces.append(menu(item, request, record, form_id, do_base))
        else:
            pieces.append(f"{command(item, item.style or 'button', request, record, form_id, do_base)}\n")
    return joined(pieces)


def menu(item: Menu, request: HttpRequest, record: Any, form_id: str, do_base: str) -> str:
    """A menu that opens without script."""
    sign = icon(item.icon) if item.icon else ""
    inner = "\n".join(
        '<div class="menu__sep" role="separator"></div>'
        if isinstance(one, Separator)
        else command(one, "menu", request, record, form_id, do_base)
        for one in item.items
    )
    head = f'<summary class="btn btn--quiet">{sign}{text(item.label)}{icon("down", "icon--down")}</summary>'
    return f'<details class="menu">{head}\n<div class="menu__list">{inner}\n</div></details>\n'


def command(action: Action, look: str, request: HttpRequest, record: Any, form_id: str, do_base: str) -> SafeString:
    """One command; `look` is "menu", "icon", "button" or "primary". It is disabled where the record says why."""
    why = action.disabled(request, record) if action.disabled is not None and record is not None else ""
    words, key = text(action.label), attribute("data-key", action.keys)
    keys = text(key_words(action.keys))
    inner = (icon(action.icon) if action.icon else "") + ("" if look == "icon" else words)
    if look == "menu" and keys:
        inner += f'<kbd class="kbd">{keys}</kbd>'
    about = f'class="{css(action, look)}" data-command="{text(action.key)}"{key}{named(look, words, keys)}'
    if action.url and not action.rows and not action.dialog:
        return SafeString(f'<a href="{text(action.url)}" {about}>{inner}</a>')
    disabled = " disabled" if why else ""
    note = f'<p class="menu__note">{text(why)}</p>' if why and look == "menu" else ""
    posting = f'type="submit" form="{text(form_id)}" {posted(action, do_base)} formnovalidate'
    return SafeString(f"<button {about} {posting}{disabled}>{inner}</button>{note}")


def css(action: Action, look: str) -> str:
    """The classes of a command's button or line."""
    names = ["menu__item"] if look == "menu" else ["btn", "btn--primary" if look == "primary" else "btn--quiet"]
    if look == "icon":
        names.append("btn--icon")
    return text(" ".join([*names, *([action.phone] if action.phone else [])]))


def named(look: str, words: str, keys: str) -> str:
    """The name of an icon, and the key as a title of what is no line of a menu; both are escaped already."""
    title = f"{words} ({keys})" if keys else words
    if look == "icon":
        return f' aria-label="{words}" title="{title}"'
    return f' title="{title}"' if keys and look != "menu" else ""


def posted(action: Action, do_base: str) -> str:
    """Where the button sends its form, and what it needs."""
    if action.url:
        where = f'formmethod="get" formaction="{text(action.url)}"' + (" data-dialog-submit" if action.dialog else "")
    else:
        where = f'formaction="{text(do_base)}do/{text(action.key)}/"'
    if action.everything:
        return f'{where} name="everything" value="1"'
    return f"{where} data-needs-rows" if action.rows else where


def key_words(keys: str) -> str:
    """The keys of a command as people read them."""
    if len(keys) == 1 and keys.isupper():
        return f"Shift {keys.lower()}"
    return KEY_WORDS.get(keys, keys)
