"""The Overview counts what the person may see, in the same number of queries at any size."""

from datetime import timedelta

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.faces.windows.overview import figures
from mailroom.flows.watching import alerts
from mailroom.flows.watching.models import Kind
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User


@pytest.fixture
def emails(db: None) -> None:
    now = clock.now()
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    Email.objects.bulk_create(
        Email(
            account=account,
            direction="outgoing" if number % 3 else "incoming",
            box="sent" if number % 3 else "incoming",
            status="failed" if number == 1 else "pending" if number < 10 else "processed",
            subject=f"Mail {number}",
            error="The mailbox is full (452)." if number == 1 else "",
            date=now - timedelta(minutes=10 * number),
            created_at=now,
        )
        for number in range(60)
    )


def test_the_page_shows_queues_failures_and_accounts(client: Client, administrator: User, emails: None) -> None:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    answer = client.get("/")
    page = answer.content.decode()
    assert [tile.value for tile in answer.context["tiles"]] == ["4", "5", "9", "1", "20"]
    assert "The mailbox is full (452)." in page
    assert "/sm204002/SALES/" in page
    chart = answer.context["chart"]
    assert (chart.received, chart.sent) == (20, 40)


def test_a_personal_account_of_somebody_else_is_not_shown(
    client: Client, agent: User, administrator: User, emails: None
) -> None:
    EmailAccount.objects.update(personal_owner=administrator)
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    answer = client.get("/")
    assert "SALES" not in answer.content.decode()
    assert {tile.value for tile in answer.context["tiles"]} == {"0"}


def test_the_queries_do_not_grow_with_the_emails(
    client: Client, administrator: User, emails: None, django_assert_max_num_queries: object
) -> None:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    with django_assert_max_num_queries(18):  # type: ignore[operator]  # three of them make the change mark
        client.get("/")


def test_an_empty_house_says_what_to_do(client: Client, administrator: User) -> None:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/").content.decode()
    assert "No email account yet" in page
    assert "No email has failed." in page


@pytest.mark.parametrize(("value", "top"), [(1, 3), (3, 3), (4, 6), (7, 12), (61, 120), (16, 30)])
def test_the_axis_ends_on_a_number_that_three_lines_divide(value: int, top: int) -> None:
    assert figures.nice(value) == top
    assert top % 3 == 0


@pytest.mark.parametrize("standing", [False, True])
def test_the_bell_leads_to_the_alerts_also_when_nothing_is_wrong(
    client: Client, administrator: User, agent: User, standing: bool
) -> None:
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(administrator, backend)
    if standing:
        alerts.raise_(alerts.Found(Kind.DISK, "", "Little space is left.", "Make room."), clock.now())
    page = client.get("/").content.decode()
    assert page.count('id="alerts"') == 1
    assert ("Nothing is wrong." in page) is not standing
    client.force_login(agent, backend)
    assert "Nothing is wrong." not in client.get("/").content.decode()
