"""Merge and split: conversations joined and parted by hand, taken back by Undo."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Outcome, Undo
from mailroom.records.conversations import joining
from mailroom.records.emails.models import Email


def merge(request: HttpRequest, ids: list[Any]) -> Outcome:
    """One conversation of those that the chosen emails stand in."""
    try:
        changes = joining.merge(_emails(ids), requests.user_of(request), clock.now())
    except joining.NotPossible as error:
        return Outcome(str(error), level="bad")
    words = ngettext("%(n)d conversation merged into another", "%(n)d conversations merged into another", len(changes))
    return Outcome(words % {"n": len(changes)}, undo=Undo("rejoin", tuple(ids)))


def split(request: HttpRequest, ids: list[Any]) -> Outcome:
    """A conversation of their own for the chosen emails."""
    try:
        joining.split(_emails(ids), requests.user_of(request), clock.now())
    except joining.NotPossible as error:
        return Outcome(str(error), level="bad")
    words = ngettext(
        "%(n)d email has its own conversation now", "%(n)d emails have their own conversation now", len(ids)
    )
    return Outcome(words % {"n": len(ids)}, undo=Undo("rejoin", tuple(ids)))


def rejoin(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Take back this person's last merge or split of these emails."""
    user, now = requests.user_of(request), clock.now()
    moved = joining.undo([change.pk for change in joining.latest(ids, user)], user, now)
    if not moved:
        return Outcome(_("There is nothing to take back: the emails have been moved since."), level="bad")
    words = ngettext("%(n)d email is back in its conversation", "%(n)d emails are back in their conversation", moved)
    return Outcome(words % {"n": moved})


def _emails(ids: list[Any]) -> list[Email]:
    return list(Email.objects.filter(pk__in=ids[: joining.MOST]).order_by("pk"))


MERGE = Action("merge", gettext_lazy("Merge conversations"), run=merge, icon="link", keys="m")
SPLIT = Action("split", gettext_lazy("Split off"), run=split, icon="split", keys="s")
REJOIN = Action("rejoin", "", run=rejoin, hidden=True)
