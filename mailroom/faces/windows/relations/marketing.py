"""Marketing in the windows of contacts and leads: adding them to lists and campaigns, and who wants no mass mail."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Menu, Outcome, Typed
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.registry import MARKETERS, Words
from mailroom.faces.windows.relations import bounces, choices
from mailroom.flows.mailings import adding
from mailroom.records.crm import entities, marketing
from mailroom.records.emails import status

LIST = Typed("marketing_list", gettext_lazy("Marketing list"), lookup="static-lists")
CAMPAIGN = Typed("campaign", gettext_lazy("Campaign"), lookup="open-campaigns")
ROWS = {LIST.name: choices.STATIC_LISTS, CAMPAIGN.name: choices.OPEN_CAMPAIGNS}


def adding_to(entity: str) -> tuple[Action, ...]:
    """Add to list and Add to campaign, of a list of contacts or leads, and of one of them."""
    ask_list, ask_campaign = (
        _ask(entity, LIST, gettext_lazy("Add to a list?")),
        _ask(entity, CAMPAIGN, gettext_lazy("Add to a campaign?")),
    )
    return (
        Action("add-to-list", gettext_lazy("Add to list"), run=_add(entity, LIST), icon="list", confirm=ask_list,
               roles=MARKETERS),
        Action("add-to-campaign", gettext_lazy("Add to campaign"), run=_add(entity, CAMPAIGN), icon="send",
               confirm=ask_campaign, roles=MARKETERS),
    )  # fmt: skip


def menu_of(entity: str) -> Menu:
    """The Actions of one contact or lead."""
    return Menu(gettext_lazy("Actions"), (*adding_to(entity), bounces.clearing(entity), _subscribing(entity)))


def _add(entity: str, asked: Typed) -> Callable[[HttpRequest, list[Any]], Outcome]:
    def run(request: HttpRequest, ids: list[Any]) -> Outcome:
        field = LookupField(asked.lookup, required=True, queryset=ROWS[asked.name].all())
        try:
            of = field.clean(field.widget.value_from_datadict(request.POST, {}, asked.name))
            user, window = requests.user_of(request), requests.window_id(request)
            return Outcome(job=adding.start(of, entity, ids, window, user, clock.now()))
        except ValidationError as wrong:
            return Outcome(" ".join(wrong.messages), level="bad")
        except status.Refused as refused:
            return Outcome(str(refused), level="bad")

    return run


def _ask(entity: str, asked: Typed, title: Words) -> Callable[[int], Confirm]:
    def ask(count: int) -> Confirm:
        words = _("Who belongs to it already stays in it. It can be undone when it is done.")
        return Confirm(title, words, _count(entity, count), danger=False, typed=(asked,))

    return ask


def _count(entity: str, count: int) -> str:
    if entity == "lead":
        return ngettext("Add %(n)d lead", "Add %(n)d leads", count) % {"n": count}
    return ngettext("Add %(n)d contact", "Add %(n)d contacts", count) % {"n": count}


def _subscribing(entity: str) -> Action:
    """Subscribe again, as the window of unsubscribed addresses does it."""

    def run(request: HttpRequest, ids: list[Any]) -> Outcome:
        for record in entities.TYPES[entity].rows(requests.user_of(request)).filter(pk__in=ids):
            marketing.subscribe(marketing.unsubscribed(record.email))
        where = f"/entity/{entity}/{ids[0]}/"  # its page tells of it in a banner
        return Outcome(_("This address gets mass mail again."), redirect=where)

    def nothing(request: HttpRequest, record: Any) -> str:
        return "" if marketing.unsubscribed(record.email) else _("It is not unsubscribed.")

    def ask(_many: int) -> Confirm:
        return Confirm(_("Subscribe it again?"), _("Do so only when its owner asked for it."), _("Subscribe again"))

    return Action(
        "subscribe", gettext_lazy("Subscribe again"), run=run, icon="undo", confirm=ask, roles=MARKETERS,
        disabled=nothing,
    )  # fmt: skip
