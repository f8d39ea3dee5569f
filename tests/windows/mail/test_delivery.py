"""The delivery view: who has a sent email, who refused, what the server said; and deciding when nobody knows."""

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Attempt, Email, EmailContent, Recipient
from mailroom.records.organisation.models import User

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
