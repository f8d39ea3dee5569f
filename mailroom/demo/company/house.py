"""The company's own rows: people, work groups, accounts, customers and cases, from `cast.yaml`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mailroom.demo.company import cast, desk
from mailroom.flows.incoming import accounts
from mailroom.records.crm.models import BusinessAccount, Case, CaseClass, Contact, Lead
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee, Workgroup
from mailroom.records.preferences.models import EmailPreferences


@dataclass(frozen=True, slots=True)
class House:
    """What the mail hangs on: employees by login, accounts and work groups by id, cases by id."""

    employees: dict[str, Employee]
    workgroups: dict[str, Workgroup]
    accounts: dict[str, EmailAccount]
    cases: dict[str, Case]


def build(now: datetime, smtp_port: int, imap_port: int) -> House:
    """Make all rows; the database holds none of them yet."""
    workgroups: dict[str, Workgroup] = {}
    for key, row in cast.everything()["workgroups"].items():
        parent = workgroups.get(row.get("parent", ""))
        workgroups[key] = Workgroup.objects.create(workgroup_id=key, description=row["name"], parent=parent)
    employees = _staff(workgroups)
    for key, row in cast.everything()["workgroups"].items():
        if "owner" in row:
            Workgroup.objects.filter(pk=workgroups[key].pk).update(default_owner=employees[row["owner"]])
    made = {key: _account(key, row, smtp_port, imap_port) for key, row in cast.everything()["accounts"].items()}
    preferences = EmailPreferences.objects.get_or_create(pk=1)[0]
    preferences.default_email_account = made["SUPPORT"]
    preferences.automatic_resend_attempts = 3
    preferences.save()
    cases = _relations(now, employees)
    desk.lay(now, employees, cases)
    return House(employees, workgroups, made, cases)


def _staff(workgroups: dict[str, Workgroup]) -> dict[str, Employee]:
    staff: dict[str, Employee] = {}
    for login, person in cast.employees().items():
        row = cast.everything()["employees"][login]
        user = people.create_user(login, person.address, row["role"], full_name=person.name)
        employee = Employee.objects.get(user=user)
        employee.email = person.address
        employee.save()
        employee.workgroups.set([workgroups[group] for group in row["groups"]])
        staff[login] = employee
    return staff


def _account(key: str, row: dict[str, Any], smtp_port: int, imap_port: int) -> EmailAccount:
    send_only = row.get("send_only", False)
    return accounts.save_account(
        {
            "email_account_id": key,
            "description": row["name"],
            "email_address": row["address"],
            "sender_name": row["name"],
            "incoming_mail_protocol": "none" if send_only else "IMAP",
            "incoming_mail_server": "" if send_only else "127.0.0.1",
            "incoming_server_port": imap_port,
            "incoming_server_encrypted_connection": "none",
            "outgoing_mail_server": "127.0.0.1",
            "outgoing_server_port": smtp_port,
            "outgoing_server_encrypted_connection": "none",
            "username": row["address"],
            "password": cast.PASSWORD,
            "default_email_work_group": row["group"],
            "receive_every_seconds": 15,
        }
    )


def _relations(now: datetime, employees: dict[str, Employee]) -> dict[str, Case]:
    """Customers, suppliers, contacts, leads and cases."""
    kinds = dict.fromkeys(cast.everything()["suppliers"], BusinessAccount.Kind.SUPPLIER)
    firms = {
        number: BusinessAccount.objects.create(
            account_id=str(number),
            name=firm["name"],
            kind=kinds.get(number, BusinessAccount.Kind.CUSTOMER),
            email=f"{firm['office']}@{firm['domain']}",
            language=firm["language"],
            owner=employees[firm["owner"]],
        )
        for number, firm in cast.firms().items()
    }
    contacts = {
        key: Contact.objects.create(
            name=row["name"],
            email=cast.outsiders()[key].address,
            business_account=firms[row["at"]],
            position=row["title"],
        )
        for key, row in cast.everything()["contacts"].items()
    }
    Lead.objects.bulk_create(
        Lead(**{**row, "owner": employees[row["owner"]]}, created_at=now - timedelta(days=9 * at + 2))
        for at, row in enumerate(cast.everything()["leads"])
    )
    classes = {
        key: CaseClass.objects.create(class_id=key, description=text)
        for key, text in cast.everything()["case_classes"].items()
    }
    return {key: _case(key, row, classes, contacts, employees, now) for key, row in cast.everything()["cases"].items()}


def _case(
    key: str,
    row: dict[str, Any],
    classes: dict[str, CaseClass],
    contacts: dict[str, Contact],
    employees: dict[str, Employee],
    now: datetime,
) -> Case:
    owner = employees[row["owner"]]
    return Case.objects.create(
        case_id=key,
        subject=row["subject"],
        status=row["status"],
        reason={"new": "unassigned", "open": "assigned", "closed": "resolved"}[row["status"]],
        case_class=classes[row["class"]],
        contact=contacts[row["contact"]],
        business_account=contacts[row["contact"]].business_account,
        owner=owner,
        workgroup=owner.workgroups.first(),
        created_at=now - timedelta(days=row["days"]),
    )
