"""What happens to a case: it gets a number, is taken, closed and opened again."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from mailroom.base import audit
from mailroom.records.crm import happenings, numbering
from mailroom.records.crm.happenings import CASE_CHANGED, CASE_CREATED
from mailroom.records.crm.models import Case, CaseClass, CaseReason, CaseStatus
from mailroom.records.organisation.models import Employee

REOPEN_WITHIN_DAYS = CaseClass._meta.get_field("reopen_within_days").default


@transaction.atomic
def keep(case: Case, now: datetime) -> Case:
    """Save a case: a new one gets its number; status, reason and closing time agree with each other."""
    before = Case.objects.filter(pk=case.pk).values_list("status", flat=True).first() if case.pk else None
    if case.pk is None:
        case.case_id = case.case_id or numbering.following("C-", Case, "case_id")
        case.created_at = case.created_at or now
    if not case.reason and case.status in {CaseStatus.NEW, CaseStatus.OPEN}:
        case.reason = CaseReason.ASSIGNED if case.owner_id else CaseReason.UNASSIGNED
    if case.status == CaseStatus.CLOSED:
        case.closed_at = case.closed_at or now
    else:
        case.closed_at = None
    case.save()
    if before != case.status:
        happenings.note(CASE_CHANGED if before else CASE_CREATED, "case", [case.pk])
    return case


@transaction.atomic
def update(case: Case) -> None:
    """Set a case open because somebody wrote about it."""
    changed = case.status != CaseStatus.OPEN
    case.status, case.reason, case.closed_at = CaseStatus.OPEN, CaseReason.UPDATED, None
    case.save()
    if changed:
        happenings.note(CASE_CHANGED, "case", [case.pk])


def in_time(case: Case, now: datetime) -> bool:
    """Whether a closed case may still be opened again by its customer (*Reopen within days* of its class)."""
    days = case.case_class.reopen_within_days if case.case_class is not None else REOPEN_WITHIN_DAYS
    return case.closed_at is None or now <= case.closed_at + timedelta(days=days)


@transaction.atomic
def take(ids: Collection[int], employee: Employee) -> int:
    """Make `employee` the owner of open cases; returns how many."""
    cases = Case.objects.filter(pk__in=ids).exclude(status=CaseStatus.CLOSED)
    new = list(cases.filter(status=CaseStatus.NEW).values_list("pk", flat=True))
    audit.update(cases.filter(pk__in=new), status=CaseStatus.OPEN)
    happenings.note(CASE_CHANGED, "case", new)
    return audit.update(cases.select_related("owner"), owner=employee, reason=CaseReason.ASSIGNED)


@transaction.atomic
def close(ids: Collection[int], now: datetime) -> list[int]:
    """Close cases as resolved; returns those that were not closed before."""
    still = list(Case.objects.filter(pk__in=ids).exclude(status=CaseStatus.CLOSED).values_list("pk", flat=True))
    closed = {"status": CaseStatus.CLOSED, "reason": CaseReason.RESOLVED, "closed_at": now}
    audit.update(Case.objects.filter(pk__in=still), **closed)
    happenings.note(CASE_CHANGED, "case", still)
    return still


@transaction.atomic
def reopen(ids: Collection[int]) -> list[int]:
    """Open closed cases again; returns those that were closed."""
    closed = list(Case.objects.filter(pk__in=ids, status=CaseStatus.CLOSED).values_list("pk", flat=True))
    opened = {"status": CaseStatus.OPEN, "reason": CaseReason.UPDATED, "closed_at": None}
    audit.update(Case.objects.filter(pk__in=closed), **opened)
    happenings.note(CASE_CHANGED, "case", closed)
    return closed
