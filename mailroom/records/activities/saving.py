"""Saves a record of any type by its rules, and brings the words on its emails up to date: windows and API alike."""

from datetime import datetime
from typing import Any

from django.db import transaction

from mailroom.records.activities import linking
from mailroom.records.crm import cases, happenings, numbering
from mailroom.records.crm.models import Campaign, Case, Event, ExpenseReceipt, Lead, Task
from mailroom.records.organisation.models import User


@transaction.atomic
def save(record: Any, now: datetime, by: User | None) -> Any:
    """Save a record whose fields are valid; a new one gets its number, its moment and who made it."""
    if isinstance(record, Case):
        cases.keep(record, now)
    else:
        if record.pk is None:
            _begin(record, now, by)
        if isinstance(record, Task):
            done = record.status == Task.Status.COMPLETED
            record.completed_at = (record.completed_at or now) if done else None
        approved = isinstance(record, ExpenseReceipt) and _is_approved_now(record)
        record.save()
        if approved:
            happenings.note(happenings.DOCUMENT_APPROVED, "receipt", [record.pk])
    linking.renamed(record)
    return record


def _begin(record: Any, now: datetime, by: User | None) -> None:
    if isinstance(record, (Campaign, Lead, Task, Event, ExpenseReceipt)):
        record.created_at = record.created_at or now
    if isinstance(record, (Task, Event, ExpenseReceipt)):
        record.created_by = by
    if isinstance(record, ExpenseReceipt):
        record.receipt_id = record.receipt_id or numbering.following("R-", ExpenseReceipt, "receipt_id")
    if isinstance(record, Campaign):
        record.campaign_id = record.campaign_id or numbering.following("CAMP-", Campaign, "campaign_id")


def _is_approved_now(receipt: ExpenseReceipt) -> bool:
    approved = ExpenseReceipt.Status.APPROVED
    before = ExpenseReceipt.objects.filter(pk=receipt.pk, status=approved).exists() if receipt.pk else False
    return receipt.status == approved and not before
