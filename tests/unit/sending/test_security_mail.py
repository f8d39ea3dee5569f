"""Welcome, password changed and recovery: by their templates, in the person's language, also while suspended."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mailroom.base import clock
from mailroom.flows.sending import security, send
from mailroom.mime import parse
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import queries
from mailroom.records.emails.models import Email, Lane
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation import people, recovery, sign_in
from mailroom.records.organisation.models import Recovery, User
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(accounts: AccountFactory, account: EmailAccount) -> Any:
    """A user whose mailbox is on the private server; `person.mailbox` is that."""
    mailbox = accounts.dovecot.add_mailbox("ola")
    EmailAccount.objects.filter(pk=account.pk).update(sender_name="Elvestad")
    user = people.create_user("ola", mailbox.address, "agent", full_name="Ola Nordmann")
    user.mailbox = mailbox  # type: ignore[attr-defined]  # for the test alone
    return user


@pytest.fixture
def arrived(account: EmailAccount, person: Any) -> Callable[[], Any]:
    """Sends what is due and gives the newest mail in the person's mailbox, parsed."""

    def fetch() -> Any:
        send.send_account(account.pk, clock.now())
        return parse.parse(person.mailbox.folder("INBOX").wait_for(1)[-1].raw)

    return fetch


def link_in(text: str) -> str:
    found = re.search(r"/login/link/([\w-]+)/", text)
    assert found is not None
    return found[1]


def test_a_new_user_is_welcomed_with_a_link_that_signs_in_once(person: Any, arrived: Callable[[], Any]) -> None:
    current.read()
    assert security.welcome(person, clock.now()).why_not == ""
    mail = arrived()
    assert mail.subject.startswith("Welcome to Elvestad")
    assert "Ola Nordmann" in mail.text
    assert mail.header("Auto-Submitted") == "auto-generated"
    token = link_in(mail.text)
    assert sign_in.use_link(token, clock.now()) == person
    assert sign_in.use_link(token, clock.now()) is None


def test_a_norwegian_is_welcomed_in_norwegian(person: Any, arrived: Callable[[], Any]) -> None:
    User.objects.filter(pk=person.pk).update(language="nb")
    person.refresh_from_db()
    security.welcome(person, clock.now())
    assert "Brukernavnet ditt er" in arrived().text


@pytest.mark.parametrize(
    "ask",
    [
        lambda user: security.welcome(user, clock.now()),
        lambda user: security.password_changed(user, clock.now()),
        lambda user: security.recover_login(user.email.upper(), clock.now()),
        lambda user: security.recover_password("OLA", clock.now()),
        lambda user: security.recover_password(user.email, clock.now()),
    ],
    ids=["welcome", "password changed", "login recovery", "password recovery", "password recovery by address"],
)
def test_each_security_mail_leaves_also_while_suspended(
    person: Any, arrived: Callable[[], Any], ask: Callable[[Any], object]
) -> None:
    """T14: suspended, only the named security mails open a connection."""
    preferences = current.read()
    preferences.suspend_email_processing = True
    preferences.url_to_be_used_in_notifications = "https://mail.example.test/"
    preferences.save()
    ask(person)
    text = arrived().text
    assert "ola" in text
    assert "https://mail.example.test" in text


def test_the_chosen_template_goes_before_the_shipped_one(person: Any, arrived: Callable[[], Any]) -> None:
    preferences = current.read()
    preferences.password_changed_email_template = NotificationTemplate.objects.create(
        notification_id="OURS",
        description="Ours",
        window_id="SM201010",
        subject="Changed: ((Username))",
        body="<p>x</p>",
    )
    preferences.save()
    security.password_changed(person, clock.now())
    assert arrived().subject.startswith("Changed: ola")


def test_what_is_kept_for_reading_holds_no_link(person: Any, administrator: User, agent: User) -> None:
    email = security.recover_password("ola", clock.now())[0].email
    assert email is not None
    assert email.lane == Lane.SECURITY
    content = Email.objects.get(pk=email.pk).content
    assert "/login/link/" not in content.html + content.text
    assert not queries.visible_to(agent).filter(pk=email.pk).exists()
    assert queries.visible_to(administrator).filter(pk=email.pk).exists()


def test_links_are_not_mailed_without_end(person: Any) -> None:
    for _attempt in range(10):
        security.recover_password("ola", clock.now())
    assert Email.objects.count() == security.MOST_LINKS


def test_without_an_address_or_an_account_the_reason_is_told(db: None) -> None:
    user = people.create_user("per", "", "agent")
    assert "no email address" in security.welcome(user, clock.now()).why_not
    user.email = "per@example.org"
    assert "no email account" in security.welcome(user, clock.now()).why_not


def test_the_recovery_page_says_the_same_whether_or_not_somebody_is_found(client: Client, person: Any) -> None:
    pages = [
        client.post("/login/recover/", {"what": what, "name": name}).content
        for what in ("login", "password")
        for name in (person.email, "ola", "nobody@example.org", "nobody")
    ]
    assert len({re.sub(rb'nonce="[^"]*"', b"", page) for page in pages}) == 1
    security.answer_recoveries(clock.now())
    security.answer_recoveries(clock.now())
    assert Email.objects.filter(lane=Lane.SECURITY).count() == 3
    assert client.post("/login/recover/", {"what": "else", "name": ""}).status_code == 422
    assert client.get("/login/recover/").status_code == 200


def test_the_page_does_the_same_work_whether_or_not_somebody_is_found(client: Client, person: Any) -> None:
    """Who measures how long the answer takes learns nothing: a worker looks who it is."""

    def work(name: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            client.post("/login/recover/", {"what": "password", "name": name})
        return [re.sub(r"'[^']*'|[0-9]+", "?", query["sql"]) for query in asked]

    work("warm")
    assert work("ola") == work("nobody")
    assert not Email.objects.exists()
    security.answer_recoveries(clock.now())
    assert [email.to_line for email in Email.objects.all()] == [str(person)]


def test_a_recovery_that_cannot_be_answered_waits_and_holds_up_no_other(
    person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    for name in ("nobody", person.email):
        recovery.ask(name, Recovery.What.LOGIN, None, now)
    recover = security.recover_login

    def failing(name: str, moment: datetime) -> object:
        if name == "nobody":
            raise OSError("the disk is full")
        return recover(name, moment)

    monkeypatch.setattr(security, "recover_login", failing)
    security.answer_recoveries(now)
    assert [asked.name for asked in recovery.unanswered(now)] == ["nobody"]
    assert Email.objects.count() == 1
    assert not recovery.unanswered(now + timedelta(hours=1)), "nobody waits for it any longer"


def test_recovery_is_noted_five_times_an_hour_for_one_name(client: Client, person: Any) -> None:
    for _attempt in range(10):
        client.post("/login/recover/", {"what": "password", "name": "Ola"})
    assert Recovery.objects.count() == recovery.MOST_OF_A_NAME


def test_the_recovery_link_leads_to_the_choice_of_a_password(client: Client, person: Any) -> None:
    token = sign_in.make_link(person, clock.now())
    answer = client.post(f"/login/link/{token}/", {"next": "/sm203010/"})
    assert answer["Location"] == "/sm203010/"
    other = sign_in.make_link(person, clock.now())
    assert Client().post(f"/login/link/{other}/", {"next": "https://elsewhere.example/"})["Location"] == "/"


def test_usernames_are_not_mailed_without_end(person: Any) -> None:
    """Whoever knows an address must not fill its mailbox."""
    for _attempt in range(10):
        security.recover_login(person.email, clock.now())
    assert Email.objects.count() == security.MOST_LINKS


def test_a_new_password_ends_the_links_that_were_made_before_it(person: Any) -> None:
    token = sign_in.make_link(person, clock.now())
    security.password_changed(person, clock.now())
    assert sign_in.use_link(token, clock.now()) is None
