"""What is asked before a mail goes, when it goes, and the way back."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from mailroom.base import clock
from mailroom.faces.windows.cr306015_email_activity import sending
from mailroom.faces.windows.mail import waiting
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation.models import User

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
def draft(sales: EmailAccount, agent: User) -> Email:
    fields = DraftFields(account=sales, to=[Address("", "ingrid@fjell.example.net")], subject="Crates")
    return compose.create(fields, clock.now(), agent)


def values(email: Email, **more: Any) -> dict[str, Any]:
    return {
        "account": email.account_id, "to": "ingrid@fjell.example.net", "subject": "Crates", "body": "<p>Hi</p>",
    } | more  # fmt: skip


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(OSLO)))
def test_quick_choices_are_ahead_and_in_order(now: datetime) -> None:
    moments = [datetime.fromisoformat(one.value).replace(tzinfo=OSLO) for one in sending.choices(now, OSLO)]
    assert all(at > now - timedelta(hours=1) for at in moments)
    assert len(moments) >= 2


@pytest.mark.django_db
def test_a_clean_mail_goes_without_a_question(writer: Client, draft: Email) -> None:
    assert writer.post(f"/cr306015/{draft.pk}/", values(draft, send="now")).status_code == 303
    email = Email.objects.get()
    assert email.status == Status.PENDING
    assert email.start_at is not None
    assert email.start_at > clock.now()


@pytest.mark.django_db
def test_everything_found_is_asked_at_once_and_nothing_is_lost(writer: Client, draft: Email) -> None:
    form = values(draft, to="kari@gmial.com, noreply@shop.example.org", subject="", body="<p>See the attached list</p>")
    answer = writer.post(
        f"/cr306015/{draft.pk}/", form | {"send": "now"}, headers={"HX-Request": "true", "HX-Target": "main"}
    )
    words = answer.content.decode()
    assert answer["HX-Retarget"] == "#dialog"
    assert "Did you mean kari@gmail.com" in words
    assert "Nobody reads mail to noreply@shop.example.org" in words
    assert "The subject is empty" in words
    assert "The text says “attached”, but no file is attached" in words
    assert Email.objects.get().to_line == "kari@gmial.com, noreply@shop.example.org"
    assert writer.post(f"/cr306015/{draft.pk}/", form | {"send_anyway": "now"}).status_code == 303
    assert Email.objects.get().status == Status.PENDING


@pytest.mark.django_db
def test_without_script_the_question_stands_on_the_page(writer: Client, draft: Email) -> None:
    answer = writer.post(f"/cr306015/{draft.pk}/", values(draft, subject="", send="now"))
    assert answer.status_code == 200
    assert 'name="send_anyway" value="now"' in answer.content.decode()


@pytest.mark.django_db
def test_send_later_keeps_the_persons_clock_and_the_tick(writer: Client, draft: Email) -> None:
    at = (clock.now() + timedelta(days=3)).astimezone(OSLO).replace(second=0, microsecond=0)
    form = values(draft, send="at", send_at=f"{at:%Y-%m-%dT%H:%M}", cancel_if_answered="1")
    assert writer.post(f"/cr306015/{draft.pk}/", form).status_code == 303
    email = Email.objects.get()
    assert (email.start_at, email.cancel_if_answered) == (at, True)
    page = writer.get(f"/cr306015/{draft.pk}/").content.decode()
    assert "Europe/Oslo" in page
    assert "It is taken back if the customer answers first" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Choose a day and a time"),
        ("soon", "Choose a day"),
        ("2020-01-01T08:00", "over already"),
        ("2090-01-01T08:00", "a year away"),
    ],
)
def test_a_time_that_cannot_be_is_told(writer: Client, draft: Email, text: str, words: str) -> None:
    answer = writer.post(f"/cr306015/{draft.pk}/", values(draft, send="at", send_at=text))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Email.objects.get().status == Status.DRAFT


@pytest.mark.django_db
def test_no_recipient_is_told_before_anything_else(writer: Client, draft: Email) -> None:
    answer = writer.post(f"/cr306015/{draft.pk}/", values(draft, to="", subject="", send="now"))
    assert answer.status_code == 422
    assert "no recipient" in answer.content.decode()


@pytest.mark.django_db
def test_undo_opens_the_draft_again(writer: Client, draft: Email) -> None:
    writer.post(f"/cr306015/{draft.pk}/", values(draft, send="now"))
    answer = writer.post("/cr306015/do/undo-send/", {"ids": draft.pk})
    assert answer["Location"] == f"/cr306015/{draft.pk}/"
    assert Email.objects.get().status == Status.CANCELED


@pytest.mark.django_db
def test_discard_needs_no_question_and_can_be_taken_back(writer: Client, stranger: Client, draft: Email) -> None:
    assert stranger.post("/cr306015/do/discard/", {"ids": draft.pk}).status_code == 404
    assert writer.post("/cr306015/do/discard/", {"ids": draft.pk}).status_code == 303
    assert Email.objects.get().status == Status.DELETED
    writer.post("/cr306015/do/restore/", {"ids": draft.pk})
    assert Email.objects.get().status == Status.DRAFT


@pytest.mark.django_db
def test_a_sent_mail_can_be_sent_again_as_a_new_draft(writer: Client, stranger: Client, draft: Email) -> None:
    compose.attach(draft, "a.pdf", "application/pdf", b"a")
    Email.objects.update(status=Status.PROCESSED)
    assert stranger.post("/cr306015/do/again/", {"ids": draft.pk}).status_code == 404
    writer.post("/cr306015/do/again/", {"ids": draft.pk})
    copy = Email.objects.exclude(pk=draft.pk).get()
    assert (copy.status, copy.to_line, copy.attachment_count) == (Status.DRAFT, draft.to_line, 1)


@pytest.mark.django_db
def test_send_to_the_rest_queues_those_who_were_refused(writer: Client, draft: Email, agent: User) -> None:
    writer.post(f"/cr306015/{draft.pk}/", values(draft, to="a@x.example.org, b@x.example.org", send="now"))
    Email.objects.update(status=Status.PROCESSED)
    assert "Send to the rest" not in writer.get(f"/cr306015/{draft.pk}/").content.decode()
    draft.recipients.update(outcome="accepted")
    draft.recipients.filter(address="b@x.example.org").update(outcome="refused", reply="550 no such user")
    assert "Send to the rest" in writer.get(f"/cr306015/{draft.pk}/").content.decode()
    writer.post("/cr306015/do/send-to-rest/", {"ids": draft.pk})
    assert Email.objects.get().status == Status.PENDING
    assert set(draft.recipients.values_list("address", "outcome")) == {
        ("a@x.example.org", "accepted"),
        ("b@x.example.org", "waiting"),
    }


@pytest.mark.django_db
def test_send_to_the_rest_is_refused_to_strangers_for_nobody_and_by_get(
    writer: Client, stranger: Client, draft: Email, administrator: User
) -> None:
    teammate = Client()
    teammate.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    writer.post(f"/cr306015/{draft.pk}/", values(draft, to="a@x.example.org", send="now"))
    Email.objects.update(status=Status.PROCESSED)
    where = "/cr306015/do/send-to-rest/"
    writer.post(where, {"ids": draft.pk})
    assert Email.objects.get().status == Status.PROCESSED, "nobody was refused"
    draft.recipients.update(outcome="refused", reply="550 no such user")
    assert stranger.post(where, {"ids": draft.pk}).status_code == 404
    assert writer.post(where, {"ids": draft.pk + 99}).status_code == 404
    assert writer.get(where).status_code == 405
    assert Email.objects.get().status == Status.PROCESSED
    teammate.post(where, {"ids": draft.pk})
    assert Email.objects.get().status == Status.PENDING


@pytest.mark.django_db
def test_what_is_said_about_addresses(writer: Client, sales: EmailAccount) -> None:
    form = {"address": ["Kari <kari@elvestad.example.com>", "a@gmial.com", "no one", "i@fjell.example.net"]}
    states = writer.post("/cr306015/addresses/", form).json()
    assert [states[text]["state"] for text in form["address"]] == ["inside", "near", "bad", "outside"]
    assert states["a@gmial.com"]["better"] == "a@gmail.com"
    assert writer.get("/cr306015/addresses/").status_code == 405


def test_a_moment_is_spoken_as_the_language_writes_it() -> None:
    moment = datetime(2026, 12, 1, 8, 0)
    assert waiting.spoken(moment) == "Tue 1 Dec 08:00"
    with translation.override("nb"):
        assert waiting.spoken(moment) == "tir 1. des 08:00"
