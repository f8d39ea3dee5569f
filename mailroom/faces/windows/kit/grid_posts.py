"""What is posted to a grid window: its actions and the choice of its columns."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import actions, person, requests
from mailroom.faces.windows.kit.columns import Choice
from mailroom.faces.windows.kit.grid import GridWindow
from mailroom.faces.windows.kit.listing import CHOOSE_ROWS
from mailroom.faces.windows.kit.views import WindowView

TOO_MANY = _("That is more than 200,000 rows. Narrow the list by a filter, and do it in parts.")


def doing(grid: type[GridWindow]) -> type[WindowView]:
    """The view that runs the actions of `grid`."""

    class Do(grid):  # type: ignore[misc, valid-type]
        http_method_names = ["post"]

        def post(self, request: HttpRequest, key: str) -> HttpResponse:
            back = requests.safe_next(request, self.window.url())
            ids = self.chosen(request)
            toolbar = self.commands(request)
            action = actions.find(toolbar, key)
            if action is not None and action.rows and not ids:
                return self.answer(request, actions.Outcome(CHOOSE_ROWS, level="bad"), back)  # type: ignore[no-any-return]
            return self.act(request, toolbar, key, ids, back)  # type: ignore[no-any-return]

    return Do


def choosing(grid: type[GridWindow]) -> type[WindowView]:
    """The view that keeps a person's columns of `grid`."""

    class Columns(grid):  # type: ignore[misc, valid-type]
        http_method_names = ["post"]

        def post(self, request: HttpRequest) -> HttpResponse:
            name = f"columns.{self.window.id}"
            known = {column.key for column in self.columns}
            try:
                chosen = Choice.read(read_choice(request))
            except (ValueError, TypeError):
                return HttpResponseBadRequest()
            person.save(request, name, as_saved(chosen, known, person.setting(request, name, {})))
            return requests.redirect(request, requests.safe_next(request, self.window.url()))

    return Columns


def read_choice(request: HttpRequest) -> dict[str, Any]:
    """The posted choice: `reset`, the dialog's check boxes in their order, or the widths that a drag left."""
    if "reset" in request.POST:
        return {}
    if "widths" in request.POST:
        return {"widths": dict(json.loads(request.POST["widths"]))}
    order = request.POST.getlist("order")
    shown = set(request.POST.getlist("shown"))
    return {"order": order, "hidden": [key for key in order if key not in shown]}


def as_saved(choice: Choice, known: set[str], before: Any) -> dict[str, Any]:
    """What is kept: only columns that exist; widths and order change apart from each other."""
    kept = dict(before) if isinstance(before, dict) else {}
    if choice.widths:
        kept["widths"] = {**kept.get("widths", {}), **{k: w for k, w in choice.widths.items() if k in known}}
    elif choice.order:
        kept["order"] = [key for key in choice.order if key in known]
        kept["hidden"] = sorted(choice.hidden & known)
    else:
        kept = {}
    return kept
