"""Step 13: which mail moves to Deleted after processing."""

from datetime import datetime

import pytest

from mailroom.flows.incoming import pipeline
from mailroom.records.crm.models import Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import status
from tests.factories import incoming


def account(which: str) -> EmailAccount:
    return incoming.system_account(
        attach_to_business_account_or_contact_or_lead=True,
        delete_messages_after_processing=True,
        delete_which_messages=which,
    )


@pytest.mark.parametrize(
    ("which", "known", "unknown"),
    [
        ("any", "deleted", "deleted"),
        ("successful", "deleted", "processed"),
        ("failed", "processed", "deleted"),
    ],
)
def test_which_mail_is_deleted(db: None, now: datetime, which: str, known: str, unknown: str) -> None:
    Contact.objects.create(name="Ola", email="ola@example.org")
    emails = incoming.process(account(which), now, incoming.letter(), incoming.letter("eve@stranger.test"))
    assert [email.status for email in emails] == [known, unknown]


def test_it_can_be_restored(db: None, now: datetime) -> None:
    [email] = incoming.process(account("any"), now, incoming.letter())
    assert status.restore(email, now, None).status == "processed"


@pytest.mark.parametrize(("which", "after"), [("any", "deleted"), ("failed", "deleted"), ("successful", "failed")])
def test_a_mail_of_which_a_step_failed(
    db: None, now: datetime, monkeypatch: pytest.MonkeyPatch, which: str, after: str
) -> None:
    monkeypatch.setattr("mailroom.flows.incoming.steps.attach.Attach.run", lambda self, mail: 1 / 0)
    sales = account(which)
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.status, email.failed_step) == (after, "attach")
    if after == "deleted":
        monkeypatch.undo()
        status.restore(email, now, None)
        assert pipeline.process_account(sales.pk, now, [email.pk]).processed == 1


def test_without_the_option_nothing_is_deleted(db: None, now: datetime) -> None:
    [email] = incoming.process(incoming.system_account(), now, incoming.letter())
    assert email.status == "processed"
    assert "is not selected" in incoming.reason(email, "delete_processed")
