"""Audit trail (SM205530): who did what when to which record. It is read, filtered and exported, never changed."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import audit
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.sm205530_audit_trail.window import WINDOW
from mailroom.records.filters.properties import Kind, Property
from mailroom.records.organisation import trail

SHOWN_CHANGES = 4


def of_act(act: audit.Act) -> Any:
    """The rows of one kind of act."""
    return lambda rows, request: rows.filter(action=int(act))


def changed_fields(entry: Any) -> str:
    """The names of the first fields that changed."""
    if entry.action != audit.Act.UPDATE:
        return ""
    found = [change.label for change in trail.changes_of(entry)]
    return ", ".join(found[:SHOWN_CHANGES]) + (" …" if len(found) > SHOWN_CHANGES else "")


class AuditTrail(GridWindow):
    """The list, newest first, with the chosen entry's changes beside it."""

    window = WINDOW
    columns = (
        Column("date", gettext_lazy("Date"), cell=cells.of("timestamp", cells.moment), sort="timestamp", width=20),
        Column("by", gettext_lazy("By"), cell=trail.who, width=22, place="from"),
        Column("action", gettext_lazy("Action"), cell=trail.act_of, width=14, place="status", notable=lambda row: True),
        Column("kind", gettext_lazy("Type"), cell=trail.kind_of, width=24, place="entity"),
        Column("record", gettext_lazy("Record"), cell=lambda row: row.object_repr, place="subject", link=True),
        Column("fields", gettext_lazy("Changed"), cell=changed_fields, width=36),
        Column("way", gettext_lazy("Way"), cell=trail.way_of, width=14),
        Column("address", gettext_lazy("From address"), cell=lambda row: row.remote_addr or "", width=18, hidden=True),
    )
    properties = (
        Property("by", gettext_lazy("By"), Kind.TEXT, "actor__login"),
        Property("kind", gettext_lazy("Type"), Kind.CHOICE, "content_type__model", tuple(trail.KINDS.items())),
        Property("record", gettext_lazy("Record"), Kind.TEXT, "object_repr"),
        Property(
            "action",
            gettext_lazy("Action"),
            Kind.CHOICE,
            "action",
            tuple((str(int(act)), words) for act, words in trail.ACTS.items()),
        ),
        Property("date", gettext_lazy("Date"), Kind.DAY, "timestamp"),
    )
    default_sort = "-timestamp"
    row_name = "entries"
    reader_template = "sm205530/_reader.html"
    checks = False
    tabs = (
        FilterTab("all", gettext_lazy("All records")),
        FilterTab("changed", gettext_lazy("Changed"), of_act(audit.Act.UPDATE)),
        FilterTab("created", gettext_lazy("Created"), of_act(audit.Act.CREATE)),
        FilterTab("deleted", gettext_lazy("Deleted"), of_act(audit.Act.DELETE)),
        FilterTab("sign-ins", gettext_lazy("Sign-ins"), of_act(audit.Act.ACCESS)),
    )

    def records(self, request: HttpRequest) -> QuerySet[Any]:
        """All of it: only administrators come here."""
        return trail.entries()

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """By user and record."""
        return trail.search(rows, text)

    def row_label(self, row: Any) -> str:
        """Its record."""
        return str(row.object_repr)

    def row_url(self, row: Any, request: HttpRequest) -> str:
        """The list with this one open."""
        return f"/sm205530/?open={row.pk}"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """Before anything was changed."""
        return Empty(_("Nothing is written down here"), _("Every change of settings, people and records is."), "ok")

    def reader_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What changed, field by field."""
        return {
            "kind": trail.kind_of(row),
            "act": trail.act_of(row),
            "who": trail.who(row),
            "way": trail.way_of(row),
            "changes": trail.changes_of(row),
        }


urlpatterns = AuditTrail.urls()
