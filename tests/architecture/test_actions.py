"""Every action of every window has an operation of the API, stands in Ctrl+K, and those named first stand on a key."""

import ast
import functools
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.faces import windows
from mailroom.faces.api.v1 import api
from mailroom.faces.windows.mail import creating
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.flows.scheduling.models import Schedule
from mailroom.records.crm.models import BusinessAccount, Case, Contact, Task
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Attachment, Email, EmailContent, Recipient
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from tests.factories import mass_mail

ROOT = Path(windows.__file__).parent
EMAIL = "/emails/{number}"
# What does the same over the API, by the file that declares the action and its key.
OPERATIONS = {
    "cr206000_case_classes add": "post /case-classes",
    "cr206000_case_classes delete": "delete /case-classes/{class_id}",
    "cr306000_cases take": "patch /cases/{reference}",
    "cr306000_cases close": "patch /cases/{reference}",
    "cr306000_cases reopen": "patch /cases/{reference}",
    "cr306015_email_activity cancel": f"post {EMAIL}/cancel",
    "cr306015_email_activity process": f"post {EMAIL}/process",
    "cr306015_email_activity undo-send": f"post {EMAIL}/cancel",
    "cr306016_canned_texts add": "post /canned-texts",
    "cr306016_canned_texts delete": "delete /canned-texts/{number}",
    "cr306020_task complete": "patch /tasks/{reference}",
    "cr306020_task reopen": "patch /tasks/{reference}",
    "cr204000_marketing_lists delete": "delete /marketing-lists/{reference}",
    "cr204010_unsubscribed_addresses add": "post /unsubscribed",
    "cr204010_unsubscribed_addresses subscribe": "delete /unsubscribed/{number}",
    "cr308000_mass_emails prepare": "post /mass-emails/{reference}/prepare",
    "cr308000_mass_emails preview": "get /mass-emails/{reference}/preview",
    "cr308000_mass_emails send": "post /mass-emails/{reference}/send",
    "cr308000_mass_emails test": "post /mass-emails/{reference}/test",
    "cr308000_mass_emails hold": "post /mass-emails/{reference}/hold",
    "cr308000_mass_emails stop": "post /mass-emails/{reference}/stop",
    "ep203000_employees add": "post /employees",
    "ep205000_assignment_maps add": "post /assignment-maps",
    "ep205000_assignment_maps delete": "delete /assignment-maps/{map_id}",
    "mail reply": f"post {EMAIL}/reply",
    "mail reply-all": f"post {EMAIL}/reply-all",
    "mail forward": f"post {EMAIL}/forward",
    "mail archive": f"post {EMAIL}/archive",
    "mail unarchive": f"post {EMAIL}/restore-from-archive",
    "mail delete": f"post {EMAIL}/delete",
    "mail discard": f"post {EMAIL}/delete",
    "mail again": f"post {EMAIL}/again",
    "mail send-to-rest": f"post {EMAIL}/send-to-rest",
    "mail restore": f"post {EMAIL}/restore",
    "mail read": f"post {EMAIL}/read",
    "mail unread": f"post {EMAIL}/unread",
    "mail new": "post /emails",
    "mail delivered": f"post {EMAIL}/mark-delivered",
    "mail download-original": f"get {EMAIL}/raw",
    "mail release": f"post {EMAIL}/attachments/{{attachment}}/release",
    "mail fetch-whole": f"post {EMAIL}/fetch-whole",
    "mail merge": "post /threads/{number}/merge",
    "mail split": f"post {EMAIL}/split",
    "mail rejoin": "post /threads/{number}/undo",
    "mail link-to": f"post {EMAIL}/link",
    "mail unlink": f"delete {EMAIL}/link",
    "mail take-back-link": f"post {EMAIL}/link/undo",
    "mail snooze": f"put {EMAIL}/snooze",
    "mail wake": f"delete {EMAIL}/snooze",
    "mail note": f"post {EMAIL}/notes",
    "mail create-cr306030": "post /events",
    "mail create-cr306020": "post /tasks",
    "mail create-cr302000": "post /contacts",
    "mail create-cr306000": "post /cases",
    "mail create-ep301020": "post /expense-receipts",
    "mail create-cr301000": "post /leads",
    "relations add": "post /contacts",
    "relations delete": "delete /contacts/{reference}",
    "relations add-to-list": "post /contacts/bulk",
    "relations add-to-campaign": "post /contacts/bulk",
    "relations subscribe": "delete /unsubscribed/{number}",
    "relations clear-bounce": "delete /bounced-addresses/{address}",
    "relations new-email": "post /emails",
    "relations new-task": "post /tasks",
    "relations new-event": "post /events",
    "sm200550_system_locales default": "post /locales/{code}/make-default",
    "sm200550_system_locales add": "put /locales/{code}",
    "sm201010_users add": "post /users",
    "sm201010_users link": "post /users/{login}/link",
    "sm201010_users token": "post /users/{login}/tokens",
    "sm201010_users revoke": "delete /users/{login}/tokens",
    "sm204002_system_email_accounts compare": "post /accounts/{email_account_id}/reconcile",
    "sm204002_system_email_accounts fetch-gaps": "post /accounts/{email_account_id}/fetch-gaps",
    "sm204002_system_email_accounts dkim": "post /accounts/{email_account_id}/dkim",
    "sm204002_system_email_accounts test": "post /accounts/{email_account_id}/test",
    "sm204002_system_email_accounts send": "post /accounts/{email_account_id}/send",
    "sm204002_system_email_accounts receive": "post /accounts/{email_account_id}/receive",
    "sm204002_system_email_accounts both": "post /exchanges",
    "sm204003_notification_templates versions": "get /templates/{number}/versions",
    "sm205020_automation_schedules schedule-add": "post /schedules",
    "sm205020_automation_schedules run": "post /schedules/{number}/run",
    "sm205020_automation_schedules new": "post /schedules",
    "sm205020_automation_schedules activate": "patch /schedules/{number}",
    "sm205020_automation_schedules deactivate": "patch /schedules/{number}",
    "sm205020_automation_schedules delete": "delete /schedules/{number}",
    "sm507000_pending_emails process": f"post {EMAIL}/process",
    "sm507000_pending_emails process-all": "post /emails/bulk",
    "sm507010_send_and_receive_email process": "post /exchanges",
    "sm507010_send_and_receive_email process-all": "post /exchanges",
    "sm507020_quarantine replay": "post /quarantine/{number}/replay",
    "sm507020_quarantine replay-all": "post /quarantine/replay-all",
    "sm507020_quarantine discard": "post /quarantine/{number}/discard",
    "sm507030_quarantined_files release": f"post {EMAIL}/attachments/{{attachment}}/release",
}
WITHOUT_OPERATION = {"sm204002_system_email_accounts consent": "a person agrees in a browser, at the provider's"}
ON_A_KEY = {
    "reply", "reply-all", "forward", "archive", "unarchive", "delete", "restore", "link-to", "read", "unread", "cancel",
    "process", "download-original",
}  # fmt: skip
PAGES = [
    "/co409000/", "/co409080/", "/co409070/", "/sm507000/", "/sm507010/", "/sm507020/", "/sm507030/", "/cr306016/",
    "/cr306000/", "/cr306020/", "/cr306030/", "/cr302000/", "/cr301000/", "/ep301020/", "/ep203000/", "/sm200550/",
    "/cr206000/", "/sm205020/", "/cr202000/", "/cr204000/", "/cr204010/", "/cr308000/",
    "/sm201010/", "/sm201010/admin/", "/sm204002/SALES/", "/sm200550/en/",
]  # fmt: skip


def declared() -> dict[str, bool]:
    """Every action that a window's code declares, by "folder key", and whether it is hidden."""
    found = {f"mail create-{one.window.slug}": False for one in creating.OFFERS}
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Action" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    name = f"{file.relative_to(ROOT).parts[0]} {key.value}"
                    hidden = any(one.arg == "hidden" for one in node.keywords)
                    found[name] = found.get(name, True) and hidden
    return found


@functools.cache
def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = api.get_openapi_schema()["paths"]
    return paths


def offered(operation: str) -> bool:
    """Whether the API has the operation: its path, or one whose last part is chosen from a list that holds it."""
    method, path = operation.split(" ")
    paths = _paths()
    if method in paths.get(f"/api/v1{path}", {}):
        return True
    front, _slash, last = path.rpartition("/")
    for name, methods in paths.items():
        known = re.fullmatch(re.escape(f"/api/v1{front}/") + r"\{(\w+)\}", name)
        if known and method in methods:
            parameters = {one["name"]: one["schema"] for one in methods[method]["parameters"]}
            return last in parameters[known[1]].get("enum", [])
    return False


def test_every_action_has_an_operation_of_the_api() -> None:
    known = OPERATIONS.keys() | WITHOUT_OPERATION.keys()
    assert sorted(declared().keys() - known) == [], "name the operation of these in OPERATIONS"
    assert sorted(known - declared().keys()) == [], "no window has these any more"
    assert {name: one for name, one in OPERATIONS.items() if not offered(one)} == {}


def test_every_record_that_a_window_adds_and_deletes_is_made_and_deleted_over_the_api() -> None:
    names = ("contacts", "leads", "cases", "tasks", "events", "expense-receipts", "business-accounts", "documents")
    assert [name for name in names if not offered(f"post /{name}")] == []
    assert [name for name in names if not offered(f"delete /{name}/{{reference}}")] == []


@pytest.fixture
def rendered(client: Client, administrator: User) -> str:
    """All windows with commands as an administrator sees them, with an email of each kind."""
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    return "".join(client.get(address, follow=True).content.decode() for address in [*PAGES, *records(administrator)])


def records(user: User) -> list[str]:
    """A record of each kind and state that has commands of its own; their addresses."""
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="s@mailroom.test")
    now = clock.now()
    common: dict[str, Any] = {
        "account": account,
        "subject": "Order",
        "date": now,
        "created_at": now,
        "created_by": user,
    }
    sent = {"direction": "outgoing", "box": "sent"}
    states: list[dict[str, Any]] = [
        {"direction": "incoming", "box": "incoming", "status": "processed", "raw_sha256": b"1" * 32},
        sent | {"status": "pending"},
        sent | {"status": "processed"},
        sent | {"status": "deleted"},
        sent | {"status": "processed", "archived": True, "box": "archived"},
    ]
    emails = [Email.objects.create(**common, **values) for values in states]
    EmailContent.objects.create(email=emails[0], facts={"cut": True})
    Attachment.objects.create(email=emails[0], name="a.exe", state="quarantined")
    for place, outcome in enumerate(("refused", "in_doubt")):
        Recipient.objects.create(
            email=emails[2], kind="to", address=f"a{place}@b.example", outcome=outcome, position=place
        )
    QuarantinedMessage.objects.create(account=account, raw_sha256=b"2" * 32, reason="?", step="filing", size=1, at=now)
    case = Case.objects.create(subject="Case", created_at=now)
    task = Task.objects.create(subject="Task", created_at=now)
    contact = Contact.objects.create(name="Moe")
    BusinessAccount.objects.create(account_id="C1", name="Moe")
    template = NotificationTemplate.objects.first()
    schedule = Schedule.objects.create(description="Daily", starts_on=now.date(), window_id="SM507010")
    mass_email = mass_mail.mass_email(now)
    assert template is not None
    return [
        *(f"/cr306015/{email.pk}/" for email in emails),
        f"/cr306000/{case.case_id}/",
        f"/cr306020/{task.pk}/",
        f"/cr302000/{contact.pk}/",
        f"/sm204003/{template.pk}/",
        f"/sm205020/schedule/{schedule.pk}/",
        f"/cr308000/{mass_email.mass_email_id}/",
    ]


@pytest.mark.django_db
def test_every_action_stands_on_its_page_where_ctrl_k_finds_it(rendered: str) -> None:
    shown = set(re.findall(r'data-command="([^"]+)"', rendered))
    wanted = {name.split(" ")[1] for name, hidden in declared().items() if not hidden}
    assert sorted(wanted - shown) == []


@pytest.mark.django_db
def test_what_one_does_all_day_is_on_a_key(rendered: str) -> None:
    marks = re.findall(r'data-command="([^"]+)"[^>]*?(?:data-key="([^"]*)")', rendered)
    on_keys = {command for command, key in marks if key}
    creates = {f"create-{one.window.slug}" for one in creating.OFFERS}
    assert sorted((ON_A_KEY | creates) - on_keys) == []


@pytest.mark.django_db
def test_no_key_of_a_window_means_two_things(client: Client, administrator: User) -> None:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    twice = {}
    for address in [*PAGES, *records(administrator)]:
        page = client.get(address, follow=True).content.decode()
        keys: dict[str, set[str]] = {}
        for command, key in re.findall(r'data-command="([^"]+)"[^>]*?data-key="([^"]+)"', page):
            keys.setdefault(key, set()).add(command)
        twice |= {f"{address} {key}": found for key, found in keys.items() if len(found) > 1}
    assert twice == {}
