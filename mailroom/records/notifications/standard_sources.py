"""The placeholders of the windows that are there: names as the templates of this kind of software have them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from mailroom.records.crm.models import (
    BusinessAccount,
    BusinessDocument,
    Case,
    Contact,
    Event,
    ExpenseReceipt,
    Lead,
    Task,
)
from mailroom.records.emails import queries
from mailroom.records.notifications import activity_lines
from mailroom.records.notifications.sources import MOST_LINES, Place, Source, View, at, places, register
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee, User


def _whole(number: Decimal) -> Decimal:
    """A quantity without zeros that say nothing: 3.000 is 3."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _last_email(*rows: tuple[str, Any, str]) -> tuple[Place, ...]:
    """What stands in the newest email that came for a case."""

    def reader(field: str) -> Any:
        def read(case: Any) -> Any:
            received = activity_lines.told_of("case", case).filter(direction="incoming")
            return received.values_list(field, flat=True).first()

        return read

    return tuple(Place(f"Case.LastEmail.{name}", label, reader(field)) for name, label, field in rows)


def _address(path: str) -> Any:
    """The address of whom a path leads to; an employee without one has that of his user."""
    find = at(path)

    def read(record: Any) -> Any:
        found = find(record)
        return people.address_of(found) if isinstance(found, Employee) else getattr(found, "email", None)

    return read


def _person(name: str, label: Any, path: str) -> tuple[Place, ...]:
    return (
        Place(f"{name}.Name", label, at(f"{path}.name")),
        Place(f"{name}.DisplayName", label, at(f"{path}.name")),
        Place(f"{name}.Email", _("Email"), _address(path)),
    )


register(
    Source(
        "SM201010",
        lambda user: User.objects.all(),
        ("login", "full_name"),
        (
            Place("Name", _("Name"), str),
            *places(("Username", _("Login"), "login"), ("Email", _("Email"), "email")),
            Place("Password", _("Password"), lambda user: _("(one-time link)")),
        ),
    )
)
register(
    Source(
        "CR306000",
        lambda user: Case.objects.select_related("owner", "contact", "business_account", "case_class"),
        ("case_id", "subject"),
        (
            *places(
                ("Case.CaseID", _("Case ID"), "case_id"),
                ("Case.CaseCD", _("Case ID"), "case_id"),
                ("Case.Subject", _("Subject"), "subject"),
                ("Case.Description", _("Description"), "description"),
                ("Case.Status", _("Status"), "status"),
                ("Case.Reason", _("Reason"), "reason"),
                ("Case.Severity", _("Severity"), "severity"),
                ("Case.Priority", _("Priority"), "priority"),
                ("Case.ClassID", _("Case class ID"), "case_class"),
                ("Case.CreatedDateTime", _("Created"), "created_at"),
            ),
            *_last_email(("From", _("From"), "from_address"), ("Subject", _("Subject"), "subject")),
            *_last_email(("Preview", _("Message text area"), "preview")),
            *_person("Case.OwnerID", _("Owner"), "owner"),
            *_person("Case.ContactID", _("Contact"), "contact"),
            *_person("Case.CustomerID", _("Business account"), "business_account"),
        ),
        activity_lines.views(activity_lines.of_case),
    )
)
EMAIL_PLACES = (
    *places(
        ("Subject", _("Subject"), "subject"),
        ("From.Name", _("From"), "from_name"),
        ("From.Email", _("Email"), "from_address"),
        ("To", _("To"), "to_line"),
        ("Date", _("Date"), "date"),
        ("RelatedEntity", _("Related entity"), "related_entity_description"),
        ("Account.Email", _("Email account ID"), "account.email_address"),
    ),
    Place("Body", _("Message text area"), activity_lines.text_of),
    *_person("OwnerID", _("Owner"), "owner"),
)
for _window in ("CO409000", "CO409070", "CO409080", "CR306015"):
    register(
        Source(
            _window,
            lambda user: queries.visible_to(user).select_related("account", "owner", "content").order_by("-pk"),
            ("subject", "from_address"),
            EMAIL_PLACES,
            text=lambda email: email.subject or email.from_address,
        )
    )
PERSON_ROWS = (("Name", _("Name"), "name"), ("Email", _("Email"), "email"), ("Phone", _("Phone"), "phone"))
register(
    Source(
        "CR302000",
        lambda user: Contact.objects.select_related("business_account", "owner"),
        ("name", "email"),
        (
            *places(*((f"Contact.{name}", label, path) for name, label, path in PERSON_ROWS)),
            *places(("Contact.Position", _("Position"), "position")),
            *_person("Contact.CustomerID", _("Business account"), "business_account"),
            *_person("Contact.OwnerID", _("Owner"), "owner"),
        ),
        activity_lines.views(activity_lines.emails_of("contact")),
    )
)
register(
    Source(
        "CR301000",
        lambda user: Lead.objects.select_related("owner"),
        ("name", "email", "company"),
        (
            *places(*((f"Lead.{name}", label, path) for name, label, path in PERSON_ROWS)),
            *places(("Lead.CompanyName", _("Company"), "company"), ("Lead.Status", _("Status"), "status")),
            *_person("Lead.OwnerID", _("Owner"), "owner"),
        ),
        activity_lines.views(activity_lines.emails_of("lead")),
    )
)
DOCUMENT_ROWS = (
    ("DocumentType", _("Type"), "type"),
    ("RefNbr", _("Number"), "number"),
    ("Description", _("Description"), "description"),
    ("Date", _("Date"), "date"),
    ("Currency", _("Currency"), "currency"),
    ("Total", _("Total"), "total"),
)
register(
    Source(
        "CR303000",
        lambda user: BusinessAccount.objects.select_related("owner"),
        ("account_id", "name"),
        (
            *places(
                ("AccountID", _("Business account"), "account_id"),
                ("CustomerFullName", _("Name"), "name"),
                *PERSON_ROWS,
            ),
            *_person("OwnerID", _("Owner"), "owner"),
        ),
        (
            View("Contacts", _("Contacts"), lambda row: row.contacts.all()[:MOST_LINES], places(*PERSON_ROWS)),
            View(
                "Documents",
                _("Business documents"),
                lambda row: row.documents.prefetch_related("lines").order_by("-pk")[:MOST_LINES],
                places(*DOCUMENT_ROWS),
            ),
        ),
    )
)
register(
    Source(
        "CR309000",
        lambda user: BusinessDocument.objects.select_related("business_account__owner").prefetch_related("lines"),
        ("number", "description"),
        (
            *places(*DOCUMENT_ROWS),
            *places(
                ("CustomerFullName", _("Business account"), "business_account.name"),
                ("CustomerID.Email", _("Email"), "business_account.email"),
            ),
            *_person("OwnerID", _("Owner"), "business_account.owner"),
        ),
        (
            View(
                "Lines",
                _("Lines"),
                lambda row: list(row.lines.all()),
                (
                    *places(
                        ("LineNbr", _("Line"), "position"),
                        ("InventoryID", _("Item"), "item"),
                        ("Description", _("Description"), "description"),
                        ("UnitPrice", _("Unit price"), "unit_price"),
                        ("Amount", _("Amount"), "amount"),
                    ),
                    Place("Quantity", _("Quantity"), lambda line: _whole(line.quantity)),
                ),
            ),
        ),
    )
)
register(
    Source(
        "EP301020",
        lambda user: ExpenseReceipt.objects.select_related("employee"),
        ("receipt_id", "description"),
        (
            Place("DocumentType", _("Type"), lambda receipt: _("Expense receipt")),
            *places(
                ("RefNbr", _("Receipt number"), "receipt_id"),
                ("Description", _("Description"), "description"),
                ("Date", _("Date"), "date"),
                ("Amount", _("Amount"), "amount"),
                ("Currency", _("Currency"), "currency"),
                ("Status", _("Status"), "status"),
            ),
            *_person("OwnerID", _("Employee"), "employee"),
            Place("ApprovedBy.Name", _("Approved by"), lambda receipt: None),  # whoever sends it says by whom
        ),
    )
)
register(
    Source(
        "EP203000",
        lambda user: Employee.objects.all(),
        ("employee_id", "name"),
        places(
            ("Employee.AcctCD", _("Employee ID"), "employee_id"),
            ("Employee.Name", _("Name"), "name"),
            ("Employee.Email", _("Email"), "email"),
        ),
    )
)
for _window_id, _model, _name in (("CR306020", Task, "Task"), ("CR306030", Event, "Event")):
    register(
        Source(
            _window_id,
            lambda user, model=_model: model.objects.select_related("owner"),  # type: ignore[misc]  # bound per turn
            ("subject",),
            (
                *places(
                    (f"{_name}.Subject", _("Subject"), "subject"),
                    (f"{_name}.Description", _("Description"), "description"),
                    (f"{_name}.Related", _("Related entity"), "related_entity_description"),
                ),
                *_person(f"{_name}.OwnerID", _("Owner"), "owner"),
            ),
        )
    )
