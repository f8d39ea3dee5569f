"""Columns and filter tabs of the lists of emails; each window takes those it has, under its own labels."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import cells, requests
from mailroom.faces.windows.kit.columns import Cell, Column
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import bounced, queries
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.organisation.models import Employee

TONES = {Status.PROCESSED: "ok", Status.PENDING: "warn", Status.IN_PROCESS: "run", Status.FAILED: "bad"}
RELATED = ("account", "owner", "workgroup", "created_by")
SEEN_OF_ACCOUNTS = frozenset({"id", "email_account_id", "description", "email_address", "personal_owner"})
UNSEEN = tuple(
    f"account__{field.name}" for field in EmailAccount._meta.concrete_fields if field.name not in SEEN_OF_ACCOUNTS
)


def status_cell(email: Email) -> SafeString:
    """Icon and word of the status; archived mail says so."""
    if email.failed_step == bounced.STEP and not email.archived:
        return cells.status(_("Bounced"), "bad")
    words = _("Archived") if email.archived else Status(email.status).label
    return cells.status(words, "" if email.archived else TONES.get(Status(email.status), ""))


def related_cell(row: Any) -> SafeString | str:
    """The record that an email, task or event is an activity of, as a link that opens it."""
    if not row.related_entity_type or not row.related_entity_description:
        return str(row.related_entity_description)
    return cells.link(row.related_entity_description, f"/entity/{row.related_entity_type}/{row.related_entity_id}/")


def trouble(email: Email) -> str:
    """What is wrong with it; a sentence that a worker wrote down as it stands in the code, in the reader's language."""
    return gettext(email.error) if email.error else ""


def sender(email: Email) -> str:
    """Who wrote it, as lists show it."""
    return email.from_name or email.from_address


def subject(email: Email) -> str:
    """The subject, or that there is none."""
    return email.subject or str(_("(No subject)"))


def subject_cell(email: Email) -> str:
    """The subject; in a search with marks on what was searched for, and where it stands in the body."""
    marked: str | None = getattr(email, "marked_subject", None)
    return marked or subject(email)


def names(to_indexed: bool = False, **labels: Any) -> tuple[Column, ...]:
    """Columns by key in the order given, each under the window's own label.

    Sent mail has an index of To (`to_indexed`), and its folded rows begin with whom it went to.
    """
    return tuple(_column(key, label, to_indexed) for key, label in labels.items())


def _column(key: str, label: Any, to_indexed: bool) -> Column:
    made = {
        "subject": lambda: Column("subject", label, cell=subject_cell, sort="subject_key", link=True),
        "from": lambda: Column(
            "from", label, cell=sender, sort="from_key", width=22, place="sender" if to_indexed else ""
        ),
        "date": lambda: Column(
            "date", label, cell=cells.of("date", cells.moment), sort="date", width=16, first_down=True
        ),
        "status": lambda: Column(
            "status",
            label,
            cell=status_cell,
            width=22,
            notable=lambda row: row.status != Status.PROCESSED or row.failed_step == bounced.STEP,
            sort="status",
            indexed=False,
        ),
        "to": lambda: Column(
            "to",
            label,
            cell=lambda row: row.to_line or ("" if row.cc_line or row.bcc_line else str(_("(No recipient)"))),
            sort="to_key",
            indexed=to_indexed,
            width=28,
            place="from" if to_indexed else "",
        ),
        "cc": lambda: Column("cc", label, cell=lambda row: row.cc_line, width=18),
        "bcc": lambda: Column("bcc", label, cell=lambda row: row.bcc_line, width=18),
        "files": lambda: Column("files", label, cell=cells.of("attachment_count", cells.clip), width=8, place="clip"),
        "related": lambda: _by("related", label, related_cell, "related_entity_description", 24, place="entity"),
        "workgroup": lambda: _by(
            "workgroup", label, lambda row: str(row.workgroup or ""), "workgroup__description", 14
        ),
        "owner": lambda: _by("owner", label, cells.of("owner", cells.person), "owner__name", 18),
        "created_by": lambda: _by(
            "created_by", label, lambda row: str(row.created_by or ""), "created_by__full_name", 18
        ),
        "account": lambda: _by(
            "account", label, lambda row: row.account.email_account_id, "account__email_account_id", 16
        ),
        "start": lambda: Column(
            "start", label, cell=lambda row: cells.moment(row.start_at or row.created_at), width=16
        ),
    }
    return made[key.rstrip("_")]()


def _by(key: str, label: Any, cell: Cell, sort: str, width: int, place: str = "") -> Column:
    """A column that no index is sorted by."""
    return Column(key, label, cell=cell, sort=sort, width=width, place=place, indexed=False)


def visible(request: HttpRequest) -> QuerySet[Email]:
    """The emails that this person may see."""
    return queries.visible_to(requests.user_of(request))


def for_cells(rows: QuerySet[Email]) -> QuerySet[Email]:
    """The rows with what cells show of an account, without its settings."""
    return rows.defer(*UNSEEN)


def employee(request: HttpRequest) -> Employee | None:
    """The employee behind the person, where there is one."""
    return getattr(requests.user_of(request), "employee", None)


def mine(rows: QuerySet[Email], request: HttpRequest) -> QuerySet[Email]:
    """My emails: those I own, and those I wrote."""
    own = Q(created_by=requests.user_of(request))
    person = employee(request)
    return rows.filter(own | Q(owner=person) if person else own)


def of_my_workgroup(rows: QuerySet[Email], request: HttpRequest) -> QuerySet[Email]:
    """The emails of my work groups."""
    person = employee(request)
    return rows.filter(workgroup__in=person.workgroups.all()) if person else rows.none()


def unassigned(rows: QuerySet[Email], request: HttpRequest) -> QuerySet[Email]:
    """What nobody has been given."""
    return rows.filter(owner=None, workgroup=None)


def unprocessed(rows: QuerySet[Email], request: HttpRequest) -> QuerySet[Email]:
    """What still waits, is being processed, or failed."""
    return rows.filter(status__in=(Status.PENDING, Status.IN_PROCESS, Status.FAILED))


def unread(rows: QuerySet[Email], request: HttpRequest) -> QuerySet[Email]:
    """What nobody has read."""
    return rows.filter(read=False)


def going(direction: Direction) -> Any:
    """Emails of one direction."""
    return lambda rows, request: rows.filter(direction=direction)
