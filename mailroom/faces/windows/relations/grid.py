"""A list of records that emails can be linked to."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome
from mailroom.faces.windows.kit.grid import GridWindow
from mailroom.faces.windows.kit.palette import Found, offer
from mailroom.faces.windows.kit.registry import WRITERS
from mailroom.records.activities import linking
from mailroom.records.crm import entities
from mailroom.records.organisation.models import Employee
from mailroom.records.organisation.models.people import Role

FOUND = 4


class EntityList(GridWindow):
    """The list of one type; `entity` is its key."""

    entity: ClassVar[str]
    related: ClassVar[tuple[str, ...]] = ()

    @property
    def kind(self) -> entities.EntityType:
        """The type of its records."""
        found = entities.of_key(self.entity)
        assert found is not None  # noqa: S101  # a window names a type that is registered
        return found

    def records(self, request: HttpRequest) -> QuerySet[Any]:
        """Those this person may see."""
        return self.kind.rows(requests.user_of(request)).select_related(*self.related)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Every word in one of the searched fields."""
        for word in text.replace("\x00", "").split()[:8]:
            one = Q()
            for name in self.kind.search:
                one |= Q(**{f"{name}__icontains": word})
            rows = rows.filter(one)
        return rows

    def row_label(self, row: Any) -> str:
        """Its name."""
        return str(row)

    def row_url(self, row: Any, request: HttpRequest) -> str:
        """The record in its window."""
        return f"{self.window.url()}{getattr(row, self.kind.number)}/"


def add(window_id: str, roles: frozenset[Role] = WRITERS) -> Action:
    """The Add button of a list."""
    url = f"/{window_id.lower()}/new/"
    return Action("add", gettext_lazy("Add"), url=url, icon="plus", keys="Alt+n", style="icon", rows=False, roles=roles)


def delete_of(entity: str, roles: frozenset[Role] = WRITERS) -> Action:
    """Delete of a list: asks first; the emails of a record stay and lose their link."""

    def run(request: HttpRequest, ids: list[Any]) -> Outcome:
        kind = entities.of_key(entity)
        assert kind is not None  # noqa: S101  # named by the window
        user, now = requests.user_of(request), clock.now()
        with transaction.atomic():
            rows = kind.rows(user).filter(pk__in=ids)
            linking.forget(list(rows), now, user)
            rows.model._default_manager.filter(pk__in=ids).delete()
        return Outcome(ngettext("%(n)d record deleted", "%(n)d records deleted", len(ids)) % {"n": len(ids)})

    return Action(
        "delete", gettext_lazy("Delete"), run=run, icon="trash", keys="Delete", style="icon", confirm=ask_delete,
        roles=roles,
    )  # fmt: skip


def ask_delete(count: int) -> Confirm:
    """The question before Delete."""
    button = ngettext("Delete %(n)d record", "Delete %(n)d records", count) % {"n": count}
    return Confirm(f"{button}?", _("Their emails stay, without the link. This cannot be undone."), button)


def employee_of(request: HttpRequest) -> Employee | None:
    """The employee behind the person."""
    return getattr(requests.user_of(request), "employee", None)


def day(name: str) -> Callable[[Any], str]:
    """A column's cell from a date: 12 Mar 2026."""
    return lambda row: date_format(value, "j M Y") if (value := getattr(row, name)) else ""


def mine(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """Those the person owns."""
    employee = employee_of(request)
    return rows.filter(owner=employee) if employee else rows.none()


def find_by_palette(entity: str) -> None:
    """Offer the records of a type to Ctrl+K."""
    kind = entities.of_key(entity)
    assert kind is not None  # noqa: S101  # named by the window

    @offer
    def finder(request: HttpRequest, text: str) -> list[Found]:
        rows = kind.search_for(requests.user_of(request), text)[:FOUND]
        return [
            Found(kind.describe(row), f"/{kind.window.lower()}/{getattr(row, kind.number)}/", kind.icon, kind.label)
            for row in rows
        ]
