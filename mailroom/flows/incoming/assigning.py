"""What assignment maps ask of emails and cases, and whom a rule gives them to (BEHAVIOUR 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.flows.incoming import parties
from mailroom.records.assignment import matching
from mailroom.records.assignment.models import AssignmentMap, AssignmentRule, Subject
from mailroom.records.crm.models import BusinessAccount, Case, Contact, Lead, Level
from mailroom.records.emails.models import Email
from mailroom.records.filters.meaning import When
from mailroom.records.filters.properties import Kind, Property
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee, Workgroup

KINDS = (
    ("none", gettext_lazy("Written by a person")),
    ("auto-reply", gettext_lazy("Automatic reply")),
    ("out-of-office", gettext_lazy("Out of office")),
    ("list", gettext_lazy("Mailing list")),
    ("bulk", gettext_lazy("Bulk mail")),
    ("read-receipt", gettext_lazy("Read receipt")),
    ("calendar", gettext_lazy("Calendar")),
    ("bounce", gettext_lazy("Bounce")),
    ("complaint", gettext_lazy("Complaint")),
    ("own", gettext_lazy("Our own mail")),
)


def _account(path: str, separator: str) -> tuple[Property, ...]:
    def field(name: str) -> str:
        return f"{path}{separator}{name}"

    types = BusinessAccount.Kind.choices
    return (
        Property("business_account", gettext_lazy("Business account"), Kind.TEXT, field("account_id")),
        Property("account_name", gettext_lazy("Name of the business account"), Kind.TEXT, field("name")),
        Property("account_type", gettext_lazy("Type of the business account"), Kind.CHOICE, field("kind"), types),
    )


EMAIL: tuple[Property, ...] = (
    Property("subject", gettext_lazy("Subject"), Kind.TEXT, "subject"),
    Property("from", gettext_lazy("From"), Kind.TEXT, "from_address"),
    Property("from_name", gettext_lazy("From name"), Kind.TEXT, "from_name"),
    Property("to", gettext_lazy("To"), Kind.TEXT, "to_line"),
    Property("cc", gettext_lazy("Cc"), Kind.TEXT, "cc_line"),
    Property("body", gettext_lazy("Message text area"), Kind.TEXT, "content__text"),
    Property("date", gettext_lazy("Date"), Kind.DAY, "date"),
    Property("kind", gettext_lazy("Kind of mail"), Kind.CHOICE, "automatic", KINDS),
    Property("account", gettext_lazy("Email account"), Kind.TEXT, "account__email_account_id"),
    Property("related", gettext_lazy("Related entity description"), Kind.TEXT, "related_entity_description"),
    Property("attachments", gettext_lazy("Attachments"), Kind.NUMBER, "attachment_count"),
    Property("size", gettext_lazy("Size in bytes"), Kind.NUMBER, "size"),
    *_account("party_account", "_"),
    Property("contact", gettext_lazy("Contact"), Kind.TEXT, "party_contact_name"),
)
CASE: tuple[Property, ...] = (
    Property("subject", gettext_lazy("Subject"), Kind.TEXT, "subject"),
    Property("description", gettext_lazy("Description"), Kind.TEXT, "description"),
    Property("case_class", gettext_lazy("Case class ID"), Kind.TEXT, "case_class__class_id"),
    Property("severity", gettext_lazy("Severity"), Kind.CHOICE, "severity", Level.choices),
    Property("priority", gettext_lazy("Priority"), Kind.CHOICE, "priority", Level.choices),
    Property("created", gettext_lazy("Created"), Kind.DAY, "created_at"),
    *_account("business_account", "__"),
    Property("contact", gettext_lazy("Contact"), Kind.TEXT, "contact__name"),
    Property("from", gettext_lazy("Address of the contact"), Kind.TEXT, "contact__email"),
)
PROPERTIES = {Subject.EMAIL: EMAIL, Subject.CASE: CASE}
PATHS = {
    "Account.Owner": gettext_lazy("Owner of the business account"),
    "Contact.Owner": gettext_lazy("Owner of the contact"),
    "Lead.Owner": gettext_lazy("Owner of the lead"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """Who gets something, and the rule that says so; nobody when neither owner nor work group is there."""

    owner: Employee | None = None
    workgroup: Workgroup | None = None
    rule: AssignmentRule | None = None

    @property
    def somebody(self) -> bool:
        """Whether there is an owner or a work group."""
        return self.owner is not None or self.workgroup is not None

    def __str__(self) -> str:
        return people.together(self.workgroup, self.owner)


def alive(owner: Employee | None, workgroup: Workgroup | None, rule: AssignmentRule | None = None) -> Given:
    """Those of the two who may receive work; a work group's default owner gets what has no other owner."""
    group = workgroup if workgroup is not None and workgroup.active else None
    chosen = owner if people.works(owner) else (group.default_owner if group is not None else None)
    return Given(chosen if people.works(chosen) else None, group, rule)


def of_email(email: Email, assignment_map: AssignmentMap | None, now: datetime) -> Given:
    """Who gets an email by a map."""
    return many(Email.objects.filter(pk=email.pk), assignment_map, now).get(email.pk, Given())


def of_case(case: Case, assignment_map: AssignmentMap | None, now: datetime) -> Given:
    """Who gets a saved case by a map."""
    return many(Case.objects.filter(pk=case.pk), assignment_map, now).get(case.pk, Given())


def many(rows: QuerySet[Any], assignment_map: AssignmentMap | None, now: datetime) -> dict[int, Given]:
    """Who gets each of these records by a map that is for such records: a few queries for any number."""
    if assignment_map is None:
        return {}
    about = Subject.EMAIL if rows.model is Email else Subject.CASE
    if assignment_map.subject != about:
        return {}
    rules = matching.rules_of(assignment_map)
    told = parties.with_parties(rows) if about == Subject.EMAIL else rows
    fitting = matching.first_of(rules, told, PROPERTIES[about], day(now))
    wanted = [pk for pk, rule in fitting.items() if rule.owner_path]
    owners = _owners(told.filter(pk__in=wanted), about) if wanted else {}
    return {
        pk: alive(rule.owner or owners.get((pk, rule.owner_path)), rule.workgroup, rule) for pk, rule in fitting.items()
    }


def _owners(rows: QuerySet[Any], about: str) -> dict[tuple[int, str], Employee]:
    """For each row the owners at the ends of the paths."""
    fields = ("party_account", "party_contact", "party_lead")
    columns = fields if about == Subject.EMAIL else ("business_account_id", "contact_id", "lead_id")
    keys = {pk: dict(zip(PATHS, found, strict=True)) for pk, *found in rows.values_list("pk", *columns)}
    owners: dict[tuple[int, str], Employee] = {}
    models: tuple[Any, ...] = (BusinessAccount, Contact, Lead)
    for path, model in zip(PATHS, models, strict=True):
        wanted = {of_row[path] for of_row in keys.values()} - {None}
        records = model._default_manager.filter(pk__in=wanted, owner__isnull=False).select_related("owner__user")
        by_key = {record.pk: record.owner for record in records}
        owners |= {(pk, path): by_key[of_row[path]] for pk, of_row in keys.items() if of_row[path] in by_key}
    return owners


def day(now: datetime) -> When:
    """The day that relative dates in rules are meant in: that of the installation."""
    return When(now, ZoneInfo(settings.TIME_ZONE))


def properties_of(assignment_map: AssignmentMap) -> Sequence[Property]:
    """What the rules of a map can ask for."""
    return PROPERTIES[Subject(assignment_map.subject)]


def rule_words(rule: AssignmentRule) -> str:
    """A rule as a person calls it: its place and its name."""
    return (
        _("rule %(n)d (%(name)s)") % {"n": rule.position, "name": rule.name}
        if rule.name
        else _("rule %(n)d") % {"n": rule.position}
    )
