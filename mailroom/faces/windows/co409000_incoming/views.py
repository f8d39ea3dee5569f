"""Incoming (CO409000): received mail, a reading pane, and what can be done with it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.co409000_incoming.window import WINDOW
from mailroom.faces.windows.kit.actions import SEPARATOR, Menu
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow, Notice
from mailroom.faces.windows.mail import (
    commands,
    creating,
    linking,
    reading,
    searching,
    shortcuts,  # noqa: F401 registers groups of the navigation pane
    snoozing,
    tables,
)
from mailroom.records.emails import properties
from mailroom.records.emails.models import Box, Email


class Incoming(GridWindow):
    """The list with its reading pane; opening an email marks it as read for its owner."""

    window = WINDOW
    columns = tables.names(
        subject=_("Subject"),
        from_=_("From"),
        date=_("Date"),
        files=_("Files"),
        status=_("Email status"),
        to=_("To"),
        related=_("Related entity description"),
        workgroup=_("Workgroup"),
        owner=_("Owner"),
        created_by=_("Created by"),
    )
    default_sort = "-date"
    live = True
    row_name = "emails"
    search_beyond = "/co409070/"  # archived mail is found there
    reader_template = "mail/_reader.html"
    properties = properties.labelled(workgroup=_("Workgroup"))
    head_template = "mail/_back.html"
    tabs: ClassVar[Sequence[FilterTab]] = (
        FilterTab("all", _("All records")),
        FilterTab("unread", _("Unread emails"), tables.unread),
        FilterTab("mine", _("My emails"), tables.mine),
        FilterTab("workgroup", _("My workgroup’s emails"), tables.of_my_workgroup),
        FilterTab("unassigned", _("Unassigned"), tables.unassigned),
        FilterTab("unprocessed", _("Unprocessed"), tables.unprocessed),
        snoozing.TAB,
    )
    toolbar = (
        commands.NEW,
        commands.DELETE,
        Menu(
            _("Actions"),
            (
                *commands.ANSWERS,
                commands.READ,
                commands.UNREAD,
                *linking.actions_of(WINDOW.id),
                SEPARATOR,
                commands.ARCHIVE,
                commands.UNARCHIVE,
                commands.RESTORE,
                commands.ORIGINAL,
                *reading.TOGETHER,
            ),
        ),
        creating.menu(),
        linking.TAKE_BACK,
    )

    def records(self, request: HttpRequest) -> QuerySet[Email]:
        """Whatever this person may see: a link into the list stays good when the mail is archived."""
        return tables.visible(request).select_related(*tables.RELATED)

    def listed(self, request: HttpRequest) -> QuerySet[Email]:
        """Received mail that is neither archived nor deleted."""
        return tables.for_cells(self.records(request)).filter(box=Box.INCOMING)

    def all_tabs(self, request: HttpRequest) -> Sequence[FilterTab]:
        """What this person put off stands in its own tab alone."""
        tabs = super().all_tabs(request)
        return snoozing.without_snoozed(tabs) if snoozing.TAB in tabs else tabs

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        """What came back from snooze stands on top of the list."""
        return {"back": snoozing.back(request) if snoozing.TAB in self.tabs else []}

    def searched(self, rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
        """By words, parts of addresses and operators."""
        return searching.find(rows, text, request)

    def notice(self, request: HttpRequest) -> Notice | None:
        """How far the search reached, and where to go on."""
        return searching.notice(request, self.search_beyond)

    def decorate(self, rows: list[Email], request: HttpRequest) -> None:
        """Marks on what was searched for."""
        searching.mark(rows, request)

    def row_class(self, row: Email) -> str:
        """Unread in bold."""
        return "" if row.read else "is-unread"

    def row_detail(self, row: Email) -> str:
        """Why it failed."""
        return tables.trouble(row)

    def row_label(self, row: Email) -> str:
        """The subject."""
        return tables.subject(row)

    def row_size(self, row: Email) -> int:
        """The bytes of the message."""
        return row.size

    def row_url(self, row: Email, request: HttpRequest) -> str:
        """The email in its own window."""
        return commands.open_address(row)

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        if request.GET.get("q", "").strip():
            return searching.nothing(request)
        return Empty(_("No emails here"), _("New mail appears as soon as it is received."), "inbox")

    def reader_context(self, request: HttpRequest, row: Email) -> dict[str, Any]:
        """The thread and the slip; its owner has read it now."""
        person = tables.employee(request)
        if not row.read and person is not None and row.owner_id == person.pk:
            Email.objects.filter(pk=row.pk).update(read=True)
            row.read = True
        return reading.context(request, row)


urlpatterns = [*Incoming.urls(), path("link-to/", linking.view_of(WINDOW), name="link-to")]
