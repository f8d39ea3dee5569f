"""Keeping filters: who sees which, who may change them, and their names."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mailroom.base import prepared
from mailroom.records.filters import lines
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.filters.models import SavedFilter
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

SHARERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
LONGEST_NAME = 60


def visible_to(user: User, *window_ids: str) -> QuerySet[SavedFilter]:
    """The person's own filters of these windows and those that others share."""
    return SavedFilter.objects.filter(Q(owner=user) | Q(shared=True), window_id__in=window_ids).order_by("name", "pk")


def known_to(user: User, *window_ids: str) -> list[SavedFilter]:
    """The same, read."""
    key = ("saved filters", user.pk, window_ids)
    return prepared.objects(SavedFilter, key, lambda: visible_to(user, *window_ids))


def may_change(user: User, kept: SavedFilter) -> bool:
    """Its owner may; a shared one administrators and supervisors too."""
    return kept.owner_id == user.pk or (kept.shared and user.role in SHARERS)


def save(
    user: User, window_id: str, name: str, meant: Sequence[Line], shared: bool = False, sort: str = ""
) -> SavedFilter:
    """Keep the lines and the order under a name; one that the person may change is written over. Raises Wrong."""
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Wrong({-1: _("Give the filter a name.")})
    if len(name) > LONGEST_NAME:
        raise Wrong({-1: _("A name has at most %(n)d letters.") % {"n": LONGEST_NAME}})
    if not meant:
        raise Wrong({-1: _("Add a line before the filter is saved.")})
    known = visible_to(user, window_id).filter(name=name)
    kept = next((one for one in known if may_change(user, one)), None)
    if kept is None:
        kept = SavedFilter(owner=user, window_id=window_id, name=name)
    kept.lines, kept.shared, kept.sort = lines.plain(meant), shared, sort
    kept.save()
    return kept
