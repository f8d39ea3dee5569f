"""Quarantined files (SM507030): files that an account does not allow, held back from the reader; Release."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import cells, requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, GridWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.mail import tables
from mailroom.faces.windows.sm507030_quarantined_files.window import WINDOW
from mailroom.mime import file_names
from mailroom.records.emails import release
from mailroom.records.emails.models import Attachment


def let_go(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Let the readers have these files."""
    count = release.release_files(ids, clock.now(), requests.user_of(request))
    return Outcome(ngettext("%(n)d file released", "%(n)d files released", count) % {"n": count})


def ask(count: int) -> Confirm:
    """The question before it."""
    button = ngettext("Release %(n)d file", "Release %(n)d files", count) % {"n": count}
    return Confirm(f"{button}?", _("Everybody who may read the email can open them then."), button)


class QuarantinedFiles(GridWindow):
    """The list."""

    window = WINDOW
    columns = (
        Column(
            "name",
            gettext_lazy("File"),
            cell=lambda row: file_names.shown(row.name) or _("File"),
            place="subject",
            link=True,
        ),
        Column("email", gettext_lazy("Subject"), cell=lambda row: tables.subject(row.email), width=36),
        Column("from", gettext_lazy("From"), cell=lambda row: tables.sender(row.email), width=26),
        Column("account", gettext_lazy("Email account ID"), cell=lambda row: row.email.account, width=18),
        Column("size", gettext_lazy("Size"), cell=lambda row: filesizeformat(row.size), width=12, number=True),
        Column("reason", gettext_lazy("Reason"), cell=lambda row: row.state_reason, width=34),
        Column("date", gettext_lazy("Date"), cell=cells.of("email.date", cells.moment), width=16),
    )
    default_sort = "-pk"
    row_name = "files"
    toolbar = (Action("release", gettext_lazy("Release"), run=let_go, icon="ok", confirm=ask, roles=ADMINISTRATORS),)

    def records(self, request: HttpRequest) -> QuerySet[Attachment]:
        """Those of emails that one may see: a personal account is its owner's alone, for administrators too."""
        return release.waiting(requests.user_of(request)).select_related("email__account")

    def search(self, rows: QuerySet[Attachment], text: str) -> QuerySet[Attachment]:
        """By the file's name."""
        return rows.filter(name__icontains=text)

    def row_label(self, row: Attachment) -> str:
        """The file's name."""
        return file_names.shown(row.name) or _("File")

    def row_url(self, row: Attachment, request: HttpRequest) -> str:
        """The email that it came with."""
        return f"/cr306015/{row.email_id}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        text = _("Files that an account does not allow are held back here until somebody releases them.")
        return Empty(_("No file is held back"), text, "ok")


urlpatterns = QuarantinedFiles.urls()
