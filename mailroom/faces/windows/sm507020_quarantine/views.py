"""Quarantine (SM507020): mail that could not be filed, its bytes and the reason; Replay and Discard.

For administrators, and for the owner of a personal account: he sees that of his own.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import cells, requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.mail import files
from mailroom.faces.windows.sm507020_quarantine.window import WINDOW
from mailroom.flows.incoming import replaying
from mailroom.flows.receiving import quarantine
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.files import store

AT_ONCE = 20  # more than that is a job
SHOWN_BYTES = 64 * 1024
STEPS = {"filing": gettext_lazy("Filing it as an email")}
ENDS = {quarantine.REPLAYED: gettext_lazy("Filed"), quarantine.DISCARDED: gettext_lazy("Discarded")}


def replay(request: HttpRequest, ids: list[Any]) -> Outcome:
    """File the kept bytes again; many of them as a job."""
    user = requests.user_of(request)
    if not ids:
        return Outcome(_("Nothing is in quarantine in this view."), level="bad")
    if len(ids) > AT_ONCE:
        return Outcome(job=replaying.start(ids, WINDOW.id, user, clock.now()))
    reasons = [reason for key in ids if (reason := replaying.again(key, user))]
    filed = len(ids) - len(reasons)
    words = [ngettext("%(n)d email filed", "%(n)d emails filed", filed) % {"n": filed}] if filed else []
    return Outcome(". ".join([*words, *sorted(set(reasons))[:1]]), level="bad" if reasons else "ok")


def discard(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Close mail that nobody wants."""
    count = quarantine.discard(ids, clock.now(), requests.user_of(request))
    return Outcome(ngettext("%(n)d email discarded", "%(n)d emails discarded", count) % {"n": count})


def ask(count: int) -> Confirm:
    """The question before Discard."""
    button = ngettext("Discard %(n)d email", "Discard %(n)d emails", count) % {"n": count}
    text = _("Nobody gets it as an email, and it is not fetched again. Its bytes are kept under Discarded.")
    return Confirm(f"{button}?", text, button)


def step_of(row: QuarantinedMessage) -> str:
    """At which step it was put aside, in words."""
    return str(STEPS.get(row.step, row.step))


def state_cell(row: QuarantinedMessage) -> Any:
    """Whether it waits, or how it was closed."""
    if row.closed_at is None:
        return cells.status(_("Waiting"), "bad")
    return cells.status(ENDS.get(row.closed_how, row.closed_how), "ok")


class Quarantine(GridWindow):
    """The list, with the source of the chosen mail beside it."""

    window = WINDOW
    columns = (
        Column("reason", gettext_lazy("Reason"), place="subject", link=True),
        Column("account", gettext_lazy("Email account ID"), cell=lambda row: row.account, width=20, place="from"),
        Column("step", gettext_lazy("Step"), cell=step_of, width=22),
        Column("size", gettext_lazy("Size"), cell=lambda row: filesizeformat(row.size), width=12, number=True),
        Column("date", gettext_lazy("Put aside"), cell=cells.of("at", cells.moment), sort="at", width=18),
        Column("status", gettext_lazy("Status"), cell=state_cell, width=16),
    )
    default_sort = "-at"
    row_name = "emails"
    reader_template = "sm507020/_reader.html"
    tabs = (
        FilterTab("open", gettext_lazy("Waiting"), lambda rows, request: rows.filter(closed_at=None)),
        FilterTab("closed", gettext_lazy("Closed"), lambda rows, request: rows.exclude(closed_at=None)),
    )
    toolbar = (
        Action("replay", gettext_lazy("Replay"), run=replay, icon="play", reader="label"),
        Action("replay-all", gettext_lazy("Replay all"), run=replay, icon="play-all", everything=True, rows=False),
        Action(
            "discard",
            gettext_lazy("Discard"),
            run=discard,
            icon="trash",
            keys="Delete",
            confirm=ask,
            reader="label",
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[QuarantinedMessage]:
        """All of it for administrators, though what mail of a personal account says is its owner's alone."""
        return quarantine.visible_to(requests.user_of(request)).select_related("account", "closed_by")

    def search(self, rows: QuerySet[QuarantinedMessage], text: str) -> QuerySet[QuarantinedMessage]:
        """By the reason."""
        return rows.filter(reason__icontains=text)

    def row_label(self, row: QuarantinedMessage) -> str:
        """Its reason."""
        return row.reason

    def row_url(self, row: QuarantinedMessage, request: HttpRequest) -> str:
        """The list with this one open."""
        return f"/sm507020/?open={row.pk}"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty quarantine says."""
        text = _("Mail that cannot be filed is kept here with its reason until somebody closes it.")
        return Empty(_("Nothing is in quarantine"), text, "ok")

    def reader_context(self, request: HttpRequest, row: QuarantinedMessage) -> dict[str, Any]:
        """The beginning of the source, as text, for whoever may read it."""
        about = {"step": step_of(row), "end": ENDS.get(row.closed_how, row.closed_how)}
        if not quarantine.may_read(row, requests.user_of(request)):
            return about | {"private": True}
        try:
            piece = next(store.open_stream(bytes(row.raw_sha256)), b"")
        except store.FileMissing:
            piece = None
        return about | {
            "place": quarantine.place_of(row),
            "missing": piece is None,
            "source": (piece or b"")[:SHOWN_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd"),
            "cut": row.size > SHOWN_BYTES,
        }


class Source(WindowView):
    """The exact bytes as plain text in a tab of their own; with `?download` as a file."""

    window = WINDOW
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """The bytes; 404 for one that is not there or another's."""
        user = requests.user_of(request)
        row = quarantine.visible_to(user).select_related("account").filter(pk=key).first()
        if row is None or not quarantine.may_read(row, user):
            raise Http404
        try:
            pieces = store.open_stream(bytes(row.raw_sha256))
        except store.FileMissing:
            return files.gone()
        download = "download" in request.GET
        kind = "message/rfc822" if download else "text/plain; charset=utf-8"
        name = f"quarantined-{row.pk}.{'eml' if download else 'txt'}"
        return files.guarded(StreamingHttpResponse(pieces, content_type=kind), name, inline=not download)


urlpatterns = [*Quarantine.urls(), path("<int:key>/source/", Source.as_view(), name="source")]
