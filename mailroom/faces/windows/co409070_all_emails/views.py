"""All emails (CO409070): whatever passed through the accounts, of any owner and status."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.co409000_incoming.views import Incoming
from mailroom.faces.windows.co409070_all_emails.window import WINDOW
from mailroom.faces.windows.kit.actions import SEPARATOR, Menu
from mailroom.faces.windows.kit.grid import FilterTab
from mailroom.faces.windows.mail import commands, creating, linking, reading, tables
from mailroom.records.emails import properties
from mailroom.records.emails.models import Box, Direction, Email, Status


class AllEmails(Incoming):
    """Every email, archived and deleted ones too, until it is deleted permanently."""

    window = WINDOW
    search_beyond = ""
    columns = tables.names(
        subject=_("Subject"),
        from_=_("From"),
        date=_("Date"),
        files=_("Files"),
        status=_("Mail status"),
        to=_("To"),
        related=_("Related entity description"),
        workgroup=_("Work group"),
        owner=_("Owner"),
    )
    properties = properties.labelled(status=_("Mail status"))
    tabs = (
        FilterTab("all", _("All records")),
        FilterTab("outgoing", _("Outgoing emails"), tables.going(Direction.OUTGOING)),
        FilterTab("incoming", _("Incoming emails"), tables.going(Direction.INCOMING)),
        FilterTab("failed", _("Failed emails"), lambda rows, request: rows.filter(status=Status.FAILED), tone="bad"),
        FilterTab("archived", _("Archived emails"), lambda rows, request: rows.filter(box=Box.ARCHIVED)),
    )
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
        """All of them."""
        return tables.for_cells(self.records(request))


urlpatterns = [*AllEmails.urls(), path("link-to/", linking.view_of(WINDOW), name="link-to")]
