"""Alerts: one a trouble, in words that say what to do, withdrawn when it is over, mailed once each way."""

import json
from collections import namedtuple
from datetime import datetime, timedelta

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.faces.cli import main
from mailroom.flows.receiving import filing, receive, troubles
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.flows.sending import notices, outbox, send
from mailroom.flows.watching import alerts, looking
from mailroom.flows.watching.alerts import Found
from mailroom.flows.watching.models import Alert, Heartbeat, Kind, WatchingOptions
from mailroom.mime.message import Address
from mailroom.records.email_accounts import oauth2, tokens
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Lane
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.hostile import script
from tests.servers.hostile.imap import HostileImap

pytestmark = pytest.mark.django_db(transaction=True)
MAIL = b"From: a@example.org\r\nSubject: x\r\n\r\nHi\r\n"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def kinds(now: datetime) -> list[str]:
    return sorted(alerts.shown(now).values_list("kind", flat=True))


def outgoing(account: EmailAccount, now: datetime, **when: datetime) -> Email:
    fields = DraftFields(account, to=(Address("", "b@example.org"),), subject="Hi", text="Hi")
    return outbox.enqueue(compose.create(fields, now, None).pk, now, **when)


def disk_of(monkeypatch: pytest.MonkeyPatch, total: int, free: int) -> None:
    usage = namedtuple("usage", "total used free")(total, total - free, free)
    monkeypatch.setattr(looking.shutil, "disk_usage", lambda _folder: usage)


@pytest.mark.parametrize("way", ["refused", "timeout"])
def test_half_an_hour_of_lost_connections_is_one_alert_that_goes_by_itself(
    accounts: AccountFactory, now: datetime, way: str
) -> None:
    """T18: the account stays on, one alert, back by itself; a time-out is never shown as a bad password."""
    with HostileImap(script={"greeting": script.hang}) as silent:
        port = 1 if way == "refused" else silent.port
        account = accounts.make(incoming_server_port=port, timeout_seconds=1)
        for minute in (0, 10, 20, 30):
            receive.receive_account(account.pk, now + timedelta(minutes=minute))
            assert kinds(now + timedelta(minutes=minute)) == (["cannot_receive"] if minute >= 15 else [])
    (alert,) = Alert.objects.all()
    assert "assword" not in alert.words
    assert "Test" in alert.advice
    EmailAccount.objects.filter(pk=account.pk).update(incoming_server_port=accounts.dovecot.ports["imap"])
    later = now + timedelta(minutes=40)
    assert receive.receive_account(account.pk, later).error == ""
    assert kinds(later) == []
    assert Alert.objects.get().withdrawn_at == later


def test_what_is_over_before_it_was_shown_leaves_no_trace(accounts: AccountFactory, now: datetime) -> None:
    account = accounts.make(incoming_server_port=1)
    receive.receive_account(account.pk, now)
    EmailAccount.objects.filter(pk=account.pk).update(incoming_server_port=accounts.dovecot.ports["imap"])
    receive.receive_account(account.pk, now + timedelta(minutes=5))
    assert not Alert.objects.exists()


def test_each_broken_account_has_its_alert_and_the_others_have_none(accounts: AccountFactory, now: datetime) -> None:
    """T24: DNS, refused, TLS, password, token: an alert each; a refused password is told at once."""
    broken = [
        accounts.make(incoming_mail_server="no.such.host.invalid"),
        accounts.make(incoming_server_port=1),
        accounts.make(incoming_server_encrypted_connection="ssl", timeout_seconds=2),
        accounts.make(password="wrong"),
        accounts.make(sign_in_method="oauth2_google", oauth2_token_address="http://127.0.0.1:1/"),
    ]
    for account in [*broken, accounts.make(), accounts.make()]:
        receive.receive_account(account.pk, now)
    at_once = set(alerts.shown(now).values_list("account__email_account_id", flat=True))
    assert at_once == {str(broken[3]), str(broken[4])}
    later = alerts.shown(now + timedelta(minutes=15))
    assert set(later.values_list("account__email_account_id", flat=True)) == {str(account) for account in broken}
    EmailAccount.objects.update(active=False)
    alerts.forget(now + timedelta(minutes=16))
    assert not alerts.shown(now + timedelta(minutes=16)).exists()


@pytest.fixture
def consented(accounts: AccountFactory) -> EmailAccount:
    oauth = accounts.dovecot.oauth
    account = accounts.make(
        sign_in_method="oauth2_microsoft",
        oauth2_client_id=oauth.client_id,
        oauth2_client_secret=oauth.client_secret,
        oauth2_token_address=oauth.token_url,
        my_outgoing_server_requires_authentication=True,
    )
    grant = oauth.issue(account.username)
    tokens.consent(account, oauth2.Tokens(grant.access_token, grant.refresh_token, 3600), account.changed_at)
    return account


def test_a_lost_consent_is_one_alert_for_receiving_and_sending(
    accounts: AccountFactory, consented: EmailAccount, now: datetime
) -> None:
    """T05: revoked consent gives one clear alert, withdrawn by a new consent."""
    accounts.dovecot.oauth.revoke(consented.username)
    outgoing(consented, now)
    for _ in range(3):
        receive.receive_account(consented.pk, now)
    send.send_account(consented.pk, now, read_clock=lambda: now)
    (alert,) = alerts.shown(now)
    assert alert.kind == Kind.CONSENT
    assert "Give consent" in alert.words
    grant = accounts.dovecot.oauth.issue(consented.username)
    tokens.consent(consented, oauth2.Tokens(grant.access_token, grant.refresh_token, 3600), now)
    assert receive.receive_account(consented.pk, now).error == ""
    assert kinds(now) == []


def test_an_account_that_cannot_send_is_told_and_is_well_again(accounts: AccountFactory, now: datetime) -> None:
    account = accounts.make(outgoing_server_port=1)
    outgoing(account, now)
    send.send_account(account.pk, now, read_clock=lambda: now)
    assert kinds(now + timedelta(minutes=15)) == ["cannot_send"]
    EmailAccount.objects.filter(pk=account.pk).update(outgoing_server_port=accounts.smtp.port)
    later = now + timedelta(hours=1)
    assert send.send_account(account.pk, later, read_clock=lambda: later).sent == 1
    assert kinds(later) == []


def test_a_missing_target_folder_is_told_with_what_to_do(account: EmailAccount, now: datetime) -> None:
    options = ReceivingOptions.objects.create(account=account, after_receiving="move", move_to_folder="Done")
    account.mailbox.deliver(MAIL)
    receive.receive_account(account.pk, now)
    (alert,) = alerts.shown(now)
    assert (alert.kind, "Done" in alert.words, "Make the folder" in alert.advice) == (Kind.TARGET_FOLDER, True, True)
    ReceivingOptions.objects.filter(pk=options.pk).update(move_to_folder="Archive")
    account.mailbox.create_folder("Archive")
    assert receive.receive_account(account.pk, now).error == ""
    assert kinds(now) == []


def test_no_mail_for_some_hours_is_told_where_it_was_asked_for(account: EmailAccount, now: datetime) -> None:
    """T31: no mail for X."""
    EmailAccount.objects.filter(pk=account.pk).update(created_at=now)
    looking.look(now + timedelta(days=30))
    assert kinds(now + timedelta(days=30)) == []
    WatchingOptions.objects.create(account=account, no_mail_hours=4)
    looking.look(now + timedelta(hours=4))
    assert kinds(now + timedelta(hours=4)) == []
    later = now + timedelta(hours=5)
    looking.look(later)
    assert kinds(later) == ["no_mail"]
    account.mailbox.deliver(MAIL)
    receive.receive_account(account.pk, later)
    looking.look(later)
    assert kinds(later) == []


def test_mail_that_waits_too_long_is_told_and_planned_mail_is_not(account: EmailAccount, now: datetime) -> None:
    """T31: oldest pending older than Z; tries that fail make it no younger."""
    WatchingOptions.objects.create(account=account, oldest_pending_minutes=30)
    email = outgoing(account, now)
    outgoing(account, now, send_at=now + timedelta(days=1))
    Email.objects.filter(pk=email.pk).update(next_attempt_at=now + timedelta(minutes=40), attempts=3)
    looking.look(now + timedelta(minutes=29))
    assert kinds(now + timedelta(minutes=29)) == []
    later = now + timedelta(minutes=31)
    looking.look(later)
    assert kinds(later) == ["oldest_pending"]
    assert "31 minutes" in alerts.shown(later)[0].words
    Email.objects.filter(pk=email.pk).update(status="processed")
    looking.look(later)
    assert kinds(later) == []


def test_a_disk_that_fills_is_told_and_a_roomy_one_is_not(
    db: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_of(monkeypatch, total=100_000_000_000, free=300_000_000)
    looking.look(now)
    assert kinds(now) == ["disk"]
    assert "300 MB" in alerts.shown(now)[0].words
    disk_of(monkeypatch, total=100_000_000_000, free=3_000_000_000)
    looking.look(now)
    assert kinds(now) == []


def test_a_quarantine_that_grew_is_told_for_a_day(account: EmailAccount, now: datetime) -> None:
    filing.quarantine(account, store.put(MAIL), "bad", "filing", now)
    troubles.quarantined(now)
    assert kinds(now) == ["quarantine"]
    troubles.quarantined(now + timedelta(days=1, minutes=1))
    assert kinds(now + timedelta(days=2)) == []


def test_silent_workers_are_found_by_whoever_looks(db: None, now: datetime) -> None:
    """T41: a worker that stopped working is told although it cannot tell."""
    assert not looking.standing(now).exists()  # none ever ran: there is nothing to miss
    looking.beat(now)
    assert not looking.standing(now + timedelta(minutes=2)).exists()
    later = now + timedelta(minutes=3)
    assert [alert.kind for alert in looking.standing(later)] == [Kind.WORKER]
    assert [alert.kind for alert in looking.standing(later)] == [Kind.WORKER]
    looking.beat(later)
    assert not looking.standing(later).exists()
    assert Heartbeat.objects.count() == 1


def test_administrators_are_mailed_once_each_way_and_never_by_the_broken_account(
    accounts: AccountFactory, administrator: User, agent: User, now: datetime
) -> None:
    broken, working = accounts.make(password="wrong"), accounts.make()
    preferences = current.read()
    preferences.default_email_account = broken
    preferences.save()
    receive.receive_account(broken.pk, now)
    assert [notices.tell(now), notices.tell(now)] == [1, 0]
    mail = Email.objects.get(direction="outgoing")
    assert (mail.account, mail.lane) == (working, Lane.NOTICE)
    assert mail.subject.startswith(f"Alert: {broken}")
    assert [row.address for row in mail.recipients.all()] == ["anna@mailroom.test"]
    EmailAccount.objects.filter(pk=broken.pk).update(password=working.password, username=working.username)
    good = broken.mailbox.password
    fixed = EmailAccount.objects.get(pk=broken.pk)
    fixed.username, fixed.password = broken.mailbox.username, good
    fixed.save()
    later = now + timedelta(minutes=1)
    assert receive.receive_account(broken.pk, later).error == ""
    assert [notices.tell(later), notices.tell(later)] == [1, 0]
    assert Email.objects.filter(direction="outgoing", subject__startswith="Over: ").count() == 1


def test_without_a_working_account_the_news_waits(accounts: AccountFactory, administrator: User, now: datetime) -> None:
    broken = accounts.make(password="wrong")
    receive.receive_account(broken.pk, now)
    assert notices.tell(now) == 0
    accounts.make()
    assert notices.tell(now) == 1


def test_many_alerts_at_once_are_one_mail(account: EmailAccount, administrator: User, now: datetime) -> None:
    for number in range(20):
        alerts.raise_(Found(Kind.OLDEST_PENDING, str(number), f"Trouble {number}", "Do it"), now)
    assert notices.tell(now) == 1
    mail = Email.objects.get(direction="outgoing")
    assert "20 new alerts" in mail.subject


def test_alerts_stand_in_the_chrome_the_overview_the_api_the_command_line_and_the_figures(
    client: Client, account: EmailAccount, administrator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    """T31: whoever looks sees it: bell, list, API, command line, metrics."""
    text = "<b>SALES</b> cannot send"
    alerts.raise_(Found(Kind.CANNOT_SEND, "SALES", text, "Press Test", account), clock.now())
    client.force_login(administrator, BACKEND)
    page = client.get("/").content.decode()
    assert "&lt;b&gt;SALES&lt;/b&gt; cannot send" in page
    assert "Press Test" in page
    assert '<b class="rail__n">1</b>' in client.get("/sm507000/").content.decode()
    (shown,) = client.get("/api/v1/alerts").json()
    assert (shown["kind"], shown["words"], shown["account"]) == ("cannot_send", text, str(account))
    assert main.main(["alerts", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["words"] == text
    assert b'mailroom_alerts{kind="cannot_send"} 1.0' in client.get("/metrics").content
    alerts.withdraw((Kind.CANNOT_SEND,), "SALES", clock.now())
    assert client.get("/api/v1/alerts").json() == []
    assert len(client.get("/api/v1/alerts?state=over").json()) == 1
    assert main.main(["alerts"]) == 0


def test_alerts_are_for_those_who_run_the_place(client: Client, account: EmailAccount, agent: User) -> None:
    """Teammate, stranger, bad value, wrong method."""
    alerts.raise_(Found(Kind.CANNOT_SEND, "SALES", "SALES cannot send"), clock.now())
    assert client.get("/api/v1/alerts").status_code == 401
    client.force_login(agent, BACKEND)
    assert "SALES cannot send" not in client.get("/").content.decode()
    assert client.get("/api/v1/alerts").status_code == 403
    agent.role = "supervisor"
    agent.save()
    assert client.get("/api/v1/alerts").status_code == 200
    assert client.get("/api/v1/alerts?limit=0").status_code == 422
    assert client.get("/api/v1/alerts?state=x").status_code == 422
    assert client.post("/api/v1/alerts").status_code in {403, 405}
