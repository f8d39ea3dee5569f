"""Templates of mail that goes by itself, and the accounts it and people write from."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.sending import security, send
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications import standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.smtp import SmtpServer
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]


def pick(page: Page, label: str, name: str) -> None:
    """Choose what a lookup offers for `name`."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.fill(name)
    page.get_by_role("option", name=name).first.click()


def test_a_welcome_template_without_its_four_places_is_refused_with_the_reason(at: Opener, anna: User) -> None:
    """Journey user-welcome-template."""
    NotificationTemplate.objects.create(
        notification_id="SHORT", description="Short greeting", window_id="SM201010", body="((Name)) ((Company))"
    )
    page = at("/sm204001/")
    pick(page, "New user welcome email template", "Short greeting")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("needs ((Company)), ((Name)), ((Username)), ((Password))").first).to_be_visible()
    shipped = standard.find(standard.WELCOME)
    assert shipped is not None
    pick(page, "New user welcome email template", shipped.description)
    steps.save(page)
    assert current.read().new_user_welcome_email_template == shipped


def test_new_users_and_forgetful_ones_get_their_mail_also_while_suspended(
    at: Opener, sales: EmailAccount, smtp_server: SmtpServer
) -> None:
    """Journey welcome-password-login-mails."""
    preferences = current.read()
    preferences.suspend_email_processing = True
    preferences.url_to_be_used_in_notifications = "https://mail.elvestad.example.com"
    preferences.save()
    page = at("/sm201010/new/")
    page.locator("#id_login").fill("ola")
    page.locator("#id_full_name").fill("Ola Nordmann")
    page.locator("#id_email").fill("ny@nordlys.example.org")
    steps.save(page)
    steps.go(page, "/sm201010/ola/")
    page.locator("#id_new_password").fill("a long and winding password")
    steps.save(page)
    server = "/".join(page.url.split("/")[:3])
    for what, name in (("My username", "ny@nordlys.example.org"), ("My password", "ola")):
        page.goto(f"{server}/login/recover/")
        page.get_by_label(what).check()
        page.get_by_label("Username or email address").fill(name)
        page.get_by_role("button", name="Send me an email").click()
        expect(page.get_by_text("If we know you by that name")).to_be_visible()
    security.answer_recoveries(clock.now())
    send.send_account(sales.pk, clock.now())
    arrived = smtp_server.wait_for("ny@nordlys.example.org", 4)
    assert sum(b"https://mail.elvestad.example.com" in one.raw for one in arrived) >= 2


def test_a_personal_account_can_be_chosen_by_its_owner_alone(
    at: Opener, sales: EmailAccount, accounts: AccountFactory, agent: Any
) -> None:
    """Journey personal-account."""
    accounts.make(email_account_id="KARISOWN", personal_owner=agent)
    for user, found in ((agent, 1), (None, 0)):
        page = at("/cr306015/new/", **({"user": user} if user else {}))
        box = page.get_by_role("combobox", name="From", exact=True)
        with page.expect_response(lambda answer: "sending-accounts" in answer.url):
            box.fill("KARIS")
        expect(page.get_by_role("option", name="KARISOWN")).to_have_count(found)
