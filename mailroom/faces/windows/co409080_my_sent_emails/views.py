"""My sent emails (CO409080): outgoing mail with what became of it."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.co409000_incoming.views import Incoming
from mailroom.faces.windows.co409080_my_sent_emails.window import WINDOW
from mailroom.faces.windows.kit.actions import SEPARATOR, Menu
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.mail import commands, creating, linking, reading, searching, tables
from mailroom.records.emails import properties, queries
from mailroom.records.emails.models import Email


class Sent(Incoming):
    """Outgoing mail that is neither archived nor deleted, and of no mass email."""

    window = WINDOW
    columns = tables.names(
        to_indexed=True,
        subject=_("Subject"),
        to=_("To"),
        cc=_("Cc"),
        bcc=_("Bcc"),
        date=_("Date"),
        files=_("Files"),
        status=_("Email status"),
        from_=_("From"),
        related=_("Related entity description"),
        workgroup=_("Work group"),
        owner=_("Owner"),
        created_by=_("Created by"),
    )
    properties = properties.labelled()
    tabs = (FilterTab("all", _("All records")), FilterTab("mine", _("My emails"), tables.mine))
    toolbar = (
        commands.NEW,
        commands.DELETE,
        Menu(
            _("Actions"),
            (
                *commands.ANSWERS,
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

    def listed(self, request: HttpRequest) -> QuerySet[Email]:
        """Outgoing mail but that of mass emails, which has a window of its own."""
        return tables.for_cells(self.records(request)).filter(**queries.SENT)

    def row_class(self, row: Email) -> str:
        """Sent mail is never unread."""
        return ""

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        if request.GET.get("q", "").strip():
            return searching.nothing(request)
        return Empty(_("Nothing sent yet"), _("Emails you write appear here with what became of them."), "send")


urlpatterns = [*Sent.urls(), path("link-to/", linking.view_of(WINDOW), name="link-to")]
