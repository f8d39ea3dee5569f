"""Snooze: the dialog with its quick choices, the way back, and what came back on top of the list."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Outcome
from mailroom.faces.windows.kit.grid import FilterTab, Narrow
from mailroom.faces.windows.kit.toasts import Toast
from mailroom.faces.windows.mail import tables, together
from mailroom.records.conversations import snooze
from mailroom.records.emails.models import Email


@require_http_methods(["GET", "POST"])
def dialog(request: HttpRequest) -> HttpResponse:
    """GET: when the emails `?ids=` shall come back. POST: put them off for this person."""
    emails = chosen(request)
    if request.method == "GET":
        return _ask(request, emails)
    try:
        until = moment_of(request)
        snooze.put_off(emails, requests.user_of(request), until, clock.now())
    except snooze.BadTime as error:
        return _ask(request, emails, str(error), 422)
    words = ngettext("%(n)d email comes back %(when)s", "%(n)d emails come back %(when)s", len(emails))
    toast = Toast(
        words % {"n": len(emails), "when": spoken_time(until)},
        undo_url="/co409000/do/wake/",
        ids=tuple(email.pk for email in emails),
    )
    return together.saved(request, toast, "/co409000/")


def _ask(request: HttpRequest, emails: list[Email], error: str = "", status: int = 200) -> HttpResponse:
    now = timezone.localtime(clock.now())
    context = {
        "emails": emails,
        "choices": snooze.choices(now),
        "error": error,
        "earliest": now.strftime("%Y-%m-%dT%H:%M"),
        "moment": request.POST.get("moment", ""),
        "zone": timezone.get_current_timezone_name(),
    }
    return together.asked(request, "mail/_snooze_dialog.html", context, status)


def chosen(request: HttpRequest) -> list[Email]:
    """The emails `ids` of the request, all of which this person may see; Http404 otherwise."""
    if not request.user.is_authenticated:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    ids = requests.ids_of(given.getlist("ids")) or []
    found = list(tables.visible(request).filter(pk__in=ids[:500]))
    if not found or len(found) != len(set(ids)):
        raise Http404
    return found


def moment_of(request: HttpRequest) -> datetime:
    """The moment asked for: a quick choice, or a date and time in the person's zone; raises BadTime."""
    now = timezone.localtime(clock.now())
    asked = request.POST.get("choice", "")
    for choice in snooze.choices(now):
        if choice.key == asked:
            return choice.until
    try:
        typed = datetime.fromisoformat(request.POST.get("moment", ""))
    except ValueError:
        raise snooze.BadTime(_("Choose a time, or type a date and a time.")) from None
    return typed.replace(tzinfo=timezone.get_current_timezone()) if typed.tzinfo is None else typed


def spoken_time(moment: datetime) -> str:
    """A moment as a sentence says it: Friday 27 Nov 08:00."""
    return date_format(timezone.localtime(moment), "l j M H:i")


def wake(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Take emails back from snooze."""
    count = snooze.wake(ids, requests.user_of(request))
    if not count:
        return Outcome(_("None of these emails is snoozed."), level="bad")
    return Outcome(ngettext("%(n)d email is back", "%(n)d emails are back", count) % {"n": count})


def awake(rows: QuerySet[Email], request: HttpRequest) -> QuerySet[Email]:
    """A list without what this person has put off."""
    return snooze.without_sleeping(rows, requests.user_of(request), clock.now())


def asleep(rows: QuerySet[Email], request: HttpRequest) -> QuerySet[Email]:
    """What this person has put off."""
    return snooze.sleeping(rows, requests.user_of(request), clock.now())


def without_snoozed(tabs: Sequence[FilterTab]) -> list[FilterTab]:
    """The tabs of a list, all but Snoozed without what this person has put off."""
    return [tab if tab is TAB else replace(tab, narrow=_awake_in(tab)) for tab in tabs]


def _awake_in(tab: FilterTab) -> Narrow:
    narrow = tab.narrow
    return lambda rows, request: awake(narrow(rows, request) if narrow else rows, request)


def back(request: HttpRequest) -> list[dict[str, Any]]:
    """What came back and still is among the emails this person may see, for the strip on top of the list."""
    rows = snooze.back(requests.user_of(request), clock.now())
    seen = tables.visible(request).in_bulk([row.email_id for row in rows]) if rows else {}
    return [
        {"email": email, "subject": tables.subject(email), "who": tables.sender(email), "until": row.until}
        for row in rows
        if (email := seen.get(row.email_id)) is not None
    ]


TAB = FilterTab("snoozed", gettext_lazy("Snoozed"), asleep)
SNOOZE = Action(
    "snooze", gettext_lazy("Snooze"), url="/cr306015/snooze/", dialog=True, icon="clock", keys="b", reader="icon"
)
WAKE = Action("wake", gettext_lazy("Take back from snooze"), run=wake, icon="bell")
