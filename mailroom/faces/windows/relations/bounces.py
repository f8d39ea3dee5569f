"""The bounce mark of a contact's or lead's address: shown with its reason, and taken off by hand."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import audit
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Outcome
from mailroom.records.crm import entities
from mailroom.records.emails import bounced


def clearing(entity: str) -> Action:
    """Clear the bounce mark, of a record with an address."""

    def clear(request: HttpRequest, ids: list[Any]) -> Outcome:
        user = requests.user_of(request)
        for record in entities.TYPES[entity].rows(user).filter(pk__in=ids):
            mark = bounced.of_address(record.email)
            if mark is not None and bounced.works(record.email):
                audit.record(record, audit.Act.UPDATE, user, bounce_mark=(mark.words or mark.get_kind_display(), ""))
        where = f"/entity/{entity}/{ids[0]}/"  # its page tells of it in a banner
        return Outcome(_("The mark is gone: mail goes to this address again."), redirect=where)

    def nothing_to_clear(request: HttpRequest, record: Any) -> str:
        marked = bounced.of_address(record.email) is not None
        return "" if marked else _("No mail to this address has come back.")

    words = gettext_lazy("Clear the bounce mark")
    return Action("clear-bounce", words, run=clear, icon="mail", disabled=nothing_to_clear)
