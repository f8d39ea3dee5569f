"""Toasts: a sentence after an action, with Undo for ten seconds; without script they wait for the next page."""

from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from mailroom.faces.windows.kit.registry import Words

KEPT = "toasts"


@dataclass(frozen=True, slots=True)
class Toast:
    """One sentence; `undo_url` gets a POST of `ids` when Undo is pressed within `seconds`."""

    text: Words
    level: str = "ok"
    undo_url: str = ""
    ids: tuple[int, ...] = ()
    seconds: int = 10
    link_url: str = ""
    link_text: Words = ""
    countdown: bool = False


def keep(request: HttpRequest, toast: Toast) -> None:
    """Show the toast on the next whole page, also to a browser without script."""
    details: dict[str, Any] = asdict(toast)
    details["text"], details["link_text"] = str(toast.text), str(toast.link_text)
    request.session[KEPT] = [*request.session.get(KEPT, []), details]


def waiting(request: HttpRequest) -> bool:
    """Whether any is kept for the next page."""
    return bool(request.session.get(KEPT))


def taken(request: HttpRequest) -> list[dict[str, Any]]:
    """The toasts kept for this page; they are shown once."""
    if KEPT not in getattr(request, "session", {}):
        return []
    kept: list[dict[str, Any]] = request.session.pop(KEPT)
    return kept


def out_of_band(request: HttpRequest, *toasts: Toast | dict[str, Any]) -> str:
    """The toasts as an out-of-band fragment, to add to any htmx answer."""
    return render_to_string("kit/_toast.html", {"toasts": toasts, "out_of_band": True}, request)
