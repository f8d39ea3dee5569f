"""Reading the audit trail (SM205530): what each entry is about, in words for windows, API and command line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import audit

KINDS: dict[str, Any] = {
    "accountfolder": gettext_lazy("Folder of an email account"),
    "apitoken": gettext_lazy("API token"),
    "assignmentmap": gettext_lazy("Assignment map"),
    "assignmentrule": gettext_lazy("Assignment rule"),
    "attachment": gettext_lazy("File of an email"),
    "businessaccount": gettext_lazy("Business account"),
    "businessdocument": gettext_lazy("Business document"),
    "campaign": gettext_lazy("Campaign"),
    "cannedtext": gettext_lazy("Canned text"),
    "case": gettext_lazy("Case"),
    "caseclass": gettext_lazy("Case class"),
    "casecomment": gettext_lazy("Comment on a case"),
    "contact": gettext_lazy("Contact"),
    "dkimkey": gettext_lazy("DKIM key"),
    "email": gettext_lazy("Email"),
    "emailaccount": gettext_lazy("System email account"),
    "emailpreferences": gettext_lazy("Email preferences"),
    "employee": gettext_lazy("Employee"),
    "entityfile": gettext_lazy("File"),
    "event": gettext_lazy("Event"),
    "expensereceipt": gettext_lazy("Expense receipt"),
    "features": gettext_lazy("Functionalities"),
    "lead": gettext_lazy("Lead"),
    "marketinglist": gettext_lazy("Marketing list"),
    "massemail": gettext_lazy("Mass email"),
    "notificationtemplate": gettext_lazy("Notification template"),
    "processingoptions": gettext_lazy("Processing of an email account"),
    "quarantinedmessage": gettext_lazy("Email in quarantine"),
    "receivingoptions": gettext_lazy("Receiving of an email account"),
    "registeredtemplate": gettext_lazy("Notification event"),
    "savedfilter": gettext_lazy("Saved filter"),
    "schedule": gettext_lazy("Automation schedule"),
    "sendingoptions": gettext_lazy("Sending of an email account"),
    "signinlink": gettext_lazy("One-time link"),
    "systemlocale": gettext_lazy("System locale"),
    "task": gettext_lazy("Task"),
    "templatefile": gettext_lazy("File of a template"),
    "unsubscribed": gettext_lazy("Unsubscribed address"),
    "user": gettext_lazy("User"),
    "watchingoptions": gettext_lazy("Alerts of an email account"),
    "workgroup": gettext_lazy("Work group"),
}
ACTS: dict[int, Any] = {
    audit.Act.CREATE: gettext_lazy("Created"),
    audit.Act.UPDATE: gettext_lazy("Changed"),
    audit.Act.DELETE: gettext_lazy("Deleted"),
    audit.Act.ACCESS: gettext_lazy("Signed in"),
}
WAYS: dict[str, Any] = {
    "window": gettext_lazy("Window"),
    "api": gettext_lazy("API"),
    "command line": gettext_lazy("Command line"),
    "portal": gettext_lazy("Self-service portal"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed, its label and what it was and became in words."""

    label: str
    before: str
    after: str


def entries() -> QuerySet[Any]:
    """All entries with their users and kinds."""
    found: QuerySet[Any] = audit.trail().select_related("actor", "content_type")
    return found


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which entries: by a login, of a type (`emailaccount`), of one record's key, of one act, in which time."""

    by: str = ""
    kind: str = ""
    record: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    query: str = ""


def narrowed(wanted: Narrowing) -> QuerySet[Any]:
    """The entries that are asked for."""
    rows = entries()
    if wanted.by:
        rows = rows.filter(actor__login=wanted.by.lower().replace("\x00", ""))
    if wanted.kind:
        rows = rows.filter(content_type__model=wanted.kind)
    if wanted.record:
        rows = rows.filter(object_pk=wanted.record)
    if wanted.action:
        rows = rows.filter(action=int(audit.Act[wanted.action.upper()]))
    if wanted.since:
        rows = rows.filter(timestamp__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(timestamp__lt=wanted.until)
    return search(rows, wanted.query)


def search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose record or user has every word in its name."""
    for word in text.split()[:8]:
        by = Q(actor__login__icontains=word) | Q(actor__full_name__icontains=word) | Q(actor_email__icontains=word)
        rows = rows.filter(by | Q(object_repr__icontains=word))
    return rows


def kind_of(entry: Any) -> str:
    """The type of its record."""
    return str(KINDS.get(entry.content_type.model, entry.content_type.name))


def act_of(entry: Any) -> str:
    """What was done."""
    return str(ACTS.get(entry.action, ""))


def who(entry: Any) -> str:
    """The user, by the login where the user is gone; what nobody did, Mailroom did."""
    return str(entry.actor or entry.actor_email or _("Mailroom"))


def way_of(entry: Any) -> str:
    """By which way."""
    way = (entry.additional_data or {}).get("way", "")
    return str(WAYS.get(way, way))


def changes_of(entry: Any) -> list[Change]:
    """What changed, field by field, in words; what is no longer a field keeps its name."""
    model = entry.content_type.model_class()
    return [_change(model, name, values) for name, values in sorted((entry.changes or {}).items())]


def _change(model: type[Model] | None, name: str, values: Any) -> Change:
    if isinstance(values, dict):  # a relation to many records
        names = ", ".join(str(one) for one in values.get("objects", []))
        label = _label(model, name)
        return Change(label, "", names) if values.get("operation") == "add" else Change(label, names, "")
    before, after = (_words(model, name, value) for value in values)
    return Change(_label(model, name), before, after)


def _label(model: type[Model] | None, name: str) -> str:
    try:
        field = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        field = None
    text = str(getattr(field, "verbose_name", "") or name).replace("_", " ")
    return text[:1].upper() + text[1:]


def _words(model: type[Model] | None, name: str, value: str) -> str:
    if value in {"None", ""}:
        return ""
    try:
        field: Any = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        field = None
    if field is None:
        return value
    if field.is_relation and field.related_model is not None:
        row = field.related_model._default_manager.filter(pk=value).first() if value.isdecimal() else None
        return str(row) if row is not None else value
    if field.get_internal_type() == "BooleanField":
        return {"True": _("Yes"), "False": _("No")}.get(value, value)
    return str({str(key): label for key, label in field.flatchoices}.get(value, value))


def export(entry: Any) -> dict[str, Any]:
    """An entry as the API and the command line print it."""
    return {
        "id": entry.pk,
        "at": entry.timestamp.isoformat(),
        "by": entry.actor.login if entry.actor else entry.actor_email or None,
        "way": (entry.additional_data or {}).get("way", ""),
        "address": entry.remote_addr,
        "action": audit.Act(entry.action).name.lower(),
        "kind": entry.content_type.model,
        "record": entry.object_pk,
        "name": entry.object_repr,
        "changes": entry.changes or {},
    }
