"""Drafts: no save overwrites another unseen, files keep their limits, answers speak the customer's language."""

from datetime import datetime, timedelta

import pytest

from mailroom.mime.message import Address
from mailroom.records.crm.models import BusinessAccount, Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import answering, compose, status
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Attachment, Email, EmailContent, Status
from mailroom.records.organisation.models import PersonSetting, User
from mailroom.records.preferences import answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales() -> EmailAccount:
    return EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")


@pytest.fixture
def draft(sales: EmailAccount, agent: User, now: datetime) -> Email:
    return compose.create(DraftFields(account=sales, to=[Address("", "ingrid@fjellbekk.example.net")]), now, agent)


@pytest.fixture
def question(sales: EmailAccount, now: datetime) -> Email:
    email = Email.objects.create(
        direction="incoming",
        status="processed",
        box="incoming",
        account=sales,
        subject="SV: Price",
        from_name="Ingrid",
        from_address="ingrid@fjellbekk.example.net",
        message_id="q1@fjellbekk.example.net",
        date=now,
        created_at=now,
    )
    html = '<p>See <img src="cid:logo"></p>'
    EmailContent.objects.create(email=email, text="See", html=html, headers=[["References", "<a@b>"]])
    Attachment.objects.create(email=email, name="logo.png", content_type="image/png", content_id="logo", inline=True)
    return email


def test_a_save_from_an_older_version_is_stale(draft: Email, sales: EmailAccount, agent: User, now: datetime) -> None:
    compose.save(draft, DraftFields(account=sales, subject="Mine"), now, agent, version=0)
    with pytest.raises(compose.Stale) as caught:
        compose.save(draft, DraftFields(account=sales, subject="Older"), now, agent, version=0)
    assert (caught.value.version, caught.value.at, caught.value.by) == (1, now, agent)
    draft.refresh_from_db()
    assert draft.subject == "Mine"
    compose.save(draft, DraftFields(account=sales, subject="Knowingly"), now, agent, version=1)
    draft.refresh_from_db()
    assert draft.subject == "Knowingly"


def test_saving_a_draft_leaves_no_trace_in_its_history(draft: Email, sales: EmailAccount, now: datetime) -> None:
    compose.save(draft, DraftFields(account=sales), now, None)
    assert not draft.status_changes.exists()
    status_row = Email.objects.filter(pk=draft.pk)
    status_row.update(status=Status.CANCELED)
    compose.save(draft, DraftFields(account=sales), now, None)
    assert status_row.get().status == Status.DRAFT
    assert draft.status_changes.count() == 1


def test_a_mail_that_was_queued_meanwhile_is_not_changed(draft: Email, sales: EmailAccount, now: datetime) -> None:
    Email.objects.filter(pk=draft.pk).update(status=Status.PENDING)
    with pytest.raises(status.Refused):
        compose.save(draft, DraftFields(account=sales, subject="Too late"), now, None)
    assert Email.objects.get(pk=draft.pk).status == Status.PENDING


def test_files_beyond_the_limit_are_refused_with_the_numbers(draft: Email, monkeypatch: pytest.MonkeyPatch) -> None:
    """T40: a mail that is too big is refused with the reason, never cut in silence."""
    monkeypatch.setattr(compose, "LARGEST_FILES", 2_000_000)
    compose.attach(draft, "a.bin", "application/octet-stream", bytes(1_500_000))
    with pytest.raises(compose.TooLarge, match=r"may have 2 MB and would have 2\.5 MB"):
        compose.attach(draft, "b.bin", "application/octet-stream", bytes(1_000_000))
    assert draft.attachments.count() == 1


def test_an_answer_speaks_the_customers_language(question: Email, agent: User, now: datetime) -> None:
    firm = BusinessAccount.objects.create(account_id="F", name="Fjellbekk", language="nb")
    Contact.objects.create(name="Ingrid", email="ingrid@fjellbekk.example.net", business_account=firm)
    reply = answers.reply(question, agent, now + timedelta(hours=1))
    assert "Den 24. november 2026 kl. 13:00 skrev Ingrid" in reply.content.html  # the agent's zone is Oslo
    assert reply.subject == "Re: Price"
    agent.language = "de"
    assert "Weitergeleitete Nachricht" in answers.forward(question, agent, now).content.html


def test_an_answer_keeps_its_place_in_the_thread(question: Email, agent: User, now: datetime) -> None:
    """T17: every reply carries In-Reply-To and References."""
    facts = answers.reply(question, agent, now).content.facts
    assert facts["in_reply_to"] == ["q1@fjellbekk.example.net"]
    assert facts["references"] == ["a@b", "q1@fjellbekk.example.net"]


def test_pictures_of_the_quoted_text_come_along(question: Email, agent: User, now: datetime) -> None:
    question.attachments.update(file=compose.attach(_other(question, now), "x", "image/png", b"png", "x").file)
    reply = answers.reply(question, agent, now)
    assert [(row.content_id, row.inline) for row in reply.attachments.all()] == [("logo", True)]
    assert Email.objects.get(pk=reply.pk).attachment_count == 0


def _other(question: Email, now: datetime) -> Email:
    return compose.create(DraftFields(account=question.account), now, None)


@pytest.mark.parametrize(("new", "replies"), [(True, False), (False, True)])
def test_each_switch_of_the_signature_rules_its_own_kind(
    question: Email, agent: User, now: datetime, new: bool, replies: bool
) -> None:
    for name, value in {"signature": "<p>Kari</p>", "signature_new": new, "signature_replies": replies}.items():
        PersonSetting.objects.create(user=agent, name=name, value=value)
    assert ("Kari" in answering.opening(agent)) is new
    assert ('data-signature="1"><p>Kari' in answers.reply(question, agent, now).content.html) is replies


def test_an_answer_goes_from_the_default_account_when_the_first_rests(
    question: Email, agent: User, now: datetime
) -> None:
    EmailAccount.objects.filter(pk=question.account_id).update(active=False)
    other = EmailAccount.objects.create(email_account_id="INFO", email_address="info@mailroom.test")
    fresh = Email.objects.select_related("account", "content").get(pk=question.pk)
    assert answers.reply(fresh, agent, now).account == other
