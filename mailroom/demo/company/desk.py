"""What lies on the company's desk beside its mail: documents, prospects, expense receipts, tasks and events."""

from datetime import datetime, timedelta
from decimal import Decimal

from mailroom.demo.company import cast
from mailroom.records.activities import linking, saving
from mailroom.records.crm.models import (
    BusinessAccount,
    BusinessDocument,
    Case,
    DocumentLine,
    Event,
    ExpenseReceipt,
    Task,
)
from mailroom.records.filters import saved
from mailroom.records.filters.lines import Line
from mailroom.records.organisation.models import Employee

FAILED_LATELY = [Line("status", "equals", "failed"), Line("date", "greater", "@Today-7")]


def lay(now: datetime, employees: dict[str, Employee], cases: dict[str, Case]) -> None:
    """Make all rows; accounts and cases are there already."""
    _prospects(employees)
    _documents(now)
    keep_filters(employees)
    for row in cast.everything()["receipts"]:
        receipt = ExpenseReceipt(
            description=row["description"],
            amount=Decimal(row["amount"]),
            status=row["status"],
            date=(now - timedelta(days=row["days"])).date(),
            employee=employees[row["by"]],
        )
        saving.save(receipt, now - timedelta(days=row["days"]), employees[row["by"]].user)
    for row in cast.everything()["tasks"]:
        due = (now + timedelta(days=row["due"])).date()
        task = Task(subject=row["subject"], status=row["status"], due_on=due, owner=employees[row["owner"]])
        _for_case(task, cases[row["case"]])
        saving.save(task, now - timedelta(days=row["days"]), employees[row["by"]].user)
    for row in cast.everything()["events"]:
        start = (now + timedelta(hours=row["ahead"])).replace(minute=0, second=0, microsecond=0)
        event = Event(subject=row["subject"], location=row["location"], owner=employees[row["owner"]])
        event.starts_at, event.ends_at = start, start + timedelta(hours=1)
        _for_case(event, cases[row["case"]])
        saving.save(event, now - timedelta(days=row["days"]), employees[row["by"]].user)


def keep_filters(employees: dict[str, Employee]) -> None:
    """Two filters that everybody finds in the navigation pane."""
    maja = employees["maja"].user
    assert maja is not None  # noqa: S101  # every employee of the cast signs in
    reminders = [Line("subject", "contains", "purring", then="or"), Line("subject", "contains", "reminder")]
    saved.save(maja, "CO409070", "Reminders", reminders, shared=True)
    saved.save(maja, "CO409070", "Failed this week", FAILED_LATELY, shared=True)


def _prospects(employees: dict[str, Employee]) -> None:
    BusinessAccount.objects.bulk_create(
        BusinessAccount(
            account_id=str(number),
            name=row["name"],
            kind=BusinessAccount.Kind.PROSPECT,
            email=row["email"],
            language=row["language"],
            owner=employees[row["owner"]],
        )
        for number, row in cast.everything()["prospects"].items()
    )


def _documents(now: datetime) -> None:
    accounts = dict(BusinessAccount.objects.values_list("account_id", "pk"))
    BusinessDocument.objects.bulk_create(
        BusinessDocument(
            type=kind,
            number=number,
            description=description,
            date=(now - timedelta(days=days)).date(),
            business_account_id=accounts.get(str(account)),
        )
        for kind, number, description, account, days in cast.everything()["documents"]
    )
    for number, lines in cast.everything()["lines"].items():
        document = BusinessDocument.objects.get(number=number)
        BusinessDocument.objects.filter(pk=document.pk).update(currency="NOK")
        DocumentLine.objects.bulk_create(
            DocumentLine(
                document=document,
                position=position,
                item=item,
                description=description,
                quantity=quantity,
                unit_price=Decimal(price),
                amount=quantity * Decimal(price),
            )
            for position, (item, description, quantity, price) in enumerate(lines, start=1)
        )


def _for_case(activity: Task | Event, case: Case) -> None:
    target = linking.related(case)
    activity.related_entity_type, activity.related_entity_id = target.type, target.id
    activity.related_entity_description = target.description
