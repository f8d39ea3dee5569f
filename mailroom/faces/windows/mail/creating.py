"""The Create menu of the email windows: a window offers itself here, and the emails become its record's activities."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import registry, requests
from mailroom.faces.windows.kit.actions import Action, Menu
from mailroom.faces.windows.kit.registry import Window, Words


@dataclass(frozen=True, slots=True)
class Offer:
    """One command of the menu: what it is called, the window it opens as a pop-up, its place, icon and key."""

    label: Words
    window: Window
    place: int
    icon: str
    keys: str = ""


OFFERS: list[Offer] = []


def offer(window: Window, label: Words, place: int, keys: str = "") -> Window:
    """Put `window` into the menu; call it where the window is declared. Answers the window."""
    OFFERS.append(Offer(label, window, place, window.icon, keys))
    return window


def menu() -> Menu:
    """The menu, in the order of the places; each command is left out for whom its window is not open."""
    return Menu(_("Create"), tuple(_action(one) for one in sorted(OFFERS, key=lambda one: one.place)))


def _action(one: Offer) -> Action:
    def may(request: HttpRequest) -> bool:
        known = registry.WINDOWS.get(one.window.id)
        return known is not None and known.open_to(requests.user_of(request))

    key = f"create-{one.window.slug}"
    return Action(key, one.label, url=f"/{one.window.slug}/new/", dialog=True, icon=one.icon, keys=one.keys, may=may)
