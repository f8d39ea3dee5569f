"""The delivery view: who has a sent email, who refused, what the server said; and deciding when nobody knows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page

from mailroom.base import clock
from mailroom.flows.sending.models import SendingOptions, SentCopy
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import ledger
from mailroom.records.emails.models import Attempt, Email, EmailContent, Recipient
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.servers.chromium import DESK, PHONE

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sent(account: EmailAccount, agent: User) -> Email:
    """A mail that one has, one refused, and one may have."""
    now = clock.now()
    email = Email.objects.create(
        account=account,
        direction="outgoing",
        status="failed",
        box="sent",
        created_by=agent,
        owner=agent.employee,  # type: ignore[attr-defined]
        subject="Offer",
        date=now,
        created_at=now,
        failed_step="unknown",
        error="Delivery unknown",
    )
    EmailContent.objects.create(email=email, text="Our offer")
    for place, (outcome, reply) in enumerate(
        (("accepted", "250 2.0.0 queued"), ("refused", "550 5.1.1 No such user"), ("in_doubt", ""))
    ):
        Recipient.objects.create(
            email=email,
            kind="to",
            position=place,
            name=f"Person {place}",
            address=f"p{place}@x.example",
            outcome=outcome,
            reply=reply,
            outcome_at=now,
        )
    Attempt.objects.create(email=email, started_at=now, finished_at=now, server="mx.x.example", outcome="in_doubt")
    return email


def test_words_come_first_and_then_what_the_server_said(signed_in: Client, sent: Email) -> None:
    for address in (f"/cr306015/{sent.pk}/", f"/cr306015/{sent.pk}/original/?part=delivery"):
        page = signed_in.get(address).content.decode()
        assert page.index("1 was refused") < page.index("550 5.1.1 No such user")
        for words in ("Has it", "Refused", "Unknown", "p1@x.example", "mx.x.example", "250 2.0.0 queued"):
            assert words in page


def test_a_person_marks_a_mail_in_doubt_as_delivered(signed_in: Client, sent: Email, stranger: Client) -> None:
    assert "Mark as delivered" in signed_in.get(f"/cr306015/{sent.pk}/").content.decode()
    assert stranger.post("/cr306015/do/delivered/", {"ids": sent.pk}, headers=HTMX).status_code == 404
    assert signed_in.get("/cr306015/do/delivered/").status_code == 405
    signed_in.post("/cr306015/do/delivered/", {"ids": sent.pk}, headers=HTMX)
    sent.refresh_from_db()
    assert (sent.status, sent.error) == ("processed", "")
    assert list(sent.recipients.values_list("outcome", flat=True)) == ["accepted", "refused", "accepted"]
    history = signed_in.get(f"/cr306015/{sent.pk}/original/?part=history").content.decode()
    assert "Marked as delivered" in history
    assert "Kari Nordmann" in history


def test_what_is_not_in_doubt_cannot_be_marked(signed_in: Client, sent: Email) -> None:
    sent.recipients.filter(outcome="in_doubt").update(outcome="waiting")
    answer = signed_in.post(f"/api/v1/emails/{sent.pk}/mark-delivered")
    assert answer.status_code == 409
    assert "delivery is unknown" in answer.json()["detail"]


@pytest.fixture
def put_off(sent: Email) -> Email:
    """A mail that one has; for the other it was put off once, and is tried again in an hour."""
    now = clock.now()
    preferences = current.read()
    preferences.automatic_resend_attempts = 3
    preferences.save()
    sent.recipients.exclude(outcome="accepted").update(outcome="waiting")
    changes = {"status": "pending", "error": "450 4.2.0 Greylisted", "attempts": 1, "failed_step": ""}
    Email.objects.filter(pk=sent.pk).update(**changes, next_attempt_at=now + timedelta(hours=1))
    sent.refresh_from_db()
    return sent


def test_a_mail_that_is_put_off_tells_when_it_is_tried_again_and_how_often(signed_in: Client, put_off: Email) -> None:
    page = signed_in.get(f"/cr306015/{put_off.pk}/").content.decode()
    assert "1 attempt failed, 3 more are made: the next " in page
    assert page.index("1 attempt failed") < page.index("450 4.2.0 Greylisted")
    assert "banner--bad" not in page
    Email.objects.filter(pk=put_off.pk).update(next_attempt_at=clock.now())
    assert "1 attempt failed; the next is made now." in signed_in.get(f"/cr306015/{put_off.pk}/").content.decode()


def test_a_mail_of_an_account_that_is_down_says_so_and_that_it_loses_nothing(signed_in: Client, put_off: Email) -> None:
    later, error = clock.now() + timedelta(minutes=2), "The server cannot be reached"
    SendingOptions.objects.create(account=put_off.account, held_until=later, last_error=error)
    page = signed_in.get(f"/cr306015/{put_off.pk}/").content.decode()
    assert "The account SALES cannot send at present: The server cannot be reached. It is tried again " in page
    assert "That is no failed attempt of this email." in page
    assert '<div class="banner banner--warn" role="status">' in page
    EmailAccount.objects.filter(pk=put_off.account_id).update(active=False)
    assert "the account SALES is not active" in signed_in.get(f"/cr306015/{put_off.pk}/").content.decode()


def test_a_mail_that_waits_for_a_limit_names_it(signed_in: Client, put_off: Email) -> None:
    SendingOptions.objects.create(account=put_off.account, limit_per_minute=3, limit_per_hour=50)
    due = clock.now() - timedelta(minutes=1)
    Email.objects.filter(pk=put_off.pk).update(error="", attempts=0, next_attempt_at=due)
    page = signed_in.get(f"/cr306015/{put_off.pk}/").content.decode()
    assert "It waits its turn: the account SALES sends at most 3 a minute, 50 an hour." in page


def test_who_was_refused_among_others_is_seen_at_once_and_can_be_sent_it_there(signed_in: Client, sent: Email) -> None:
    sent.recipients.filter(outcome="in_doubt").update(outcome="accepted")
    Email.objects.filter(pk=sent.pk).update(status="processed", failed_step="", error="")
    page = signed_in.get(f"/cr306015/{sent.pk}/").content.decode()
    assert '<details class="delivery" open>' in page
    assert 'action="/cr306015/do/send-to-rest/"' in page
    sent.recipients.filter(outcome="refused").update(outcome="accepted")
    page = signed_in.get(f"/cr306015/{sent.pk}/").content.decode()
    assert '<details class="delivery">' in page
    assert 'action="/cr306015/do/send-to-rest/"' not in page


def test_a_copy_that_the_server_does_not_take_is_told_on_the_email_and_its_account(
    signed_in: Client, sent: Email, administrator: User
) -> None:
    copy = SentCopy.objects.create(email=sent, account=sent.account, next_attempt_at=clock.now())
    assert "Sent folder yet" not in signed_in.get(f"/cr306015/{sent.pk}/").content.decode()
    SentCopy.objects.filter(pk=copy.pk).update(error="[CANNOT] Invalid mailbox name")
    page = signed_in.get(f"/cr306015/{sent.pk}/").content.decode()
    assert "its copy is not in the server's Sent folder yet" in page
    assert "[CANNOT] Invalid mailbox name" in page
    signed_in.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    account = signed_in.get("/sm204002/SALES/").content.decode()
    assert "1 copy of a sent email is not in the server" in account
    assert "[CANNOT] Invalid mailbox name" in account


def test_the_header_fields_of_a_sent_email_are_those_of_its_bytes(signed_in: Client, sent: Email) -> None:
    address = f"/cr306015/{sent.pk}/original/"
    assert "no header fields yet" in signed_in.get(address).content.decode()
    kept = store.put_many([b"Subject: Offer\r\nMessage-ID: <offer@mailroom.test>\r\n\r\nOur offer\r\n"])
    Email.objects.filter(pk=sent.pk).update(raw_sha256=bytes(kept[0].sha256))
    page = signed_in.get(address).content.decode()
    assert "no header fields yet" not in page
    assert "&lt;offer@mailroom.test&gt;" in page


def test_a_canceled_email_says_why_and_that_nobody_waits_for_it(signed_in: Client, sent: Email) -> None:
    sent.recipients.update(outcome="waiting", reply="")
    changes = {"status": "canceled", "error": "Not sent: the customer answered first.", "failed_step": ""}
    Email.objects.filter(pk=sent.pk).update(**changes)
    assert ledger.delivery(Email.objects.get(pk=sent.pk)).sentence == ""
    pane = signed_in.get(f"/cr306015/{sent.pk}/message/").content.decode()
    assert "waiting" not in pane
    assert "Not sent yet" in pane
    assert "the customer answered first." in signed_in.get(f"/cr306015/{sent.pk}/").content.decode()
    User.objects.update(language="nb")
    for address in (f"/cr306015/{sent.pk}/", "/co409080/"):
        page = signed_in.get(address).content.decode()
        assert "kunden svarte først." in page
        assert "the customer answered first" not in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_outcome_and_time_of_a_recipient_stand_at_both_ends_of_its_row(
    at: Callable[..., Page], sent: Email, viewport: dict[str, int]
) -> None:
    row = at(f"/cr306015/{sent.pk}/", viewport=viewport).locator(".delivery__rows > li").first
    whole, outcome, time = (one.bounding_box() for one in (row, row.locator(".status"), row.locator("time")))
    assert whole is not None
    assert outcome is not None
    assert time is not None
    assert abs(outcome["x"] - whole["x"]) < 2
    assert abs(time["x"] + time["width"] - whole["x"] - whole["width"]) < 2
    assert abs(time["y"] - outcome["y"]) < 8


@pytest.mark.django_db(transaction=True)
def test_a_folded_row_of_sent_mail_begins_with_whom_it_went_to(at: Callable[..., Page], sent: Email) -> None:
    Email.objects.filter(pk=sent.pk).update(to_line="Ingrid Solheim", from_name="Sales")
    row = at("/co409080/", viewport=PHONE).locator("#list tr[data-row]").first
    who, subject = (row.locator(one).bounding_box() for one in ("td.c-from", "td.c-subject"))
    assert row.locator("td.c-from").inner_text() == "Ingrid Solheim"
    assert who is not None
    assert subject is not None
    assert who["y"] < subject["y"]
    assert "Sales" not in row.inner_text()
    Email.objects.filter(pk=sent.pk).update(to_line="", status="processed", failed_step="bounced")
    row = at("/co409080/", viewport=PHONE).locator("#list tr[data-row]").first
    assert row.locator("td.c-from").inner_text() == "(No recipient)"
    assert row.locator("td.c-status").inner_text() == "Bounced"
