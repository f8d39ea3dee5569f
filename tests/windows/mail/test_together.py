"""Working on mail together: notes with mentions, presence, snooze, conversations joined and parted; by API too."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from mailroom.base import clock
from mailroom.records.conversations import joining, notes, presence, snooze
from mailroom.records.conversations.models import Doing, Mention, Note, Presence, Snooze, ThreadChange
from mailroom.records.emails.models import Email, StatusChange
from mailroom.records.organisation.models import User
from tests.factories.pages import signed_in as signed_in_as
from tests.windows.mail.conftest import letter, somebody

Filer = Callable[..., Email]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def email(file_mail: Filer) -> Email:
    return file_mail(letter(1))


@pytest.fixture
def anna(db: None) -> User:
    return somebody("anna.berg", "supervisor", full_name="Anna Berg")


def page_of(client: Client, address: str) -> str:
    return str(client.get(address).content.decode())


def test_a_note_stands_below_its_email_and_tells_whom_it_mentions(signed_in: Client, email: Email, anna: User) -> None:
    text = "@anna.berg look <b>here</b>, x@kari.example"
    answer = signed_in.post(f"/cr306015/{email.pk}/notes/", {"text": text}, headers=HTMX)
    assert "Anna Berg will see it" in answer.content.decode()
    assert "mailroom:saved" in answer["HX-Trigger"]
    page = page_of(signed_in, f"/cr306015/{email.pk}/")
    assert '<b class="mention">@anna.berg</b> look &lt;b&gt;here&lt;/b&gt;' in page
    assert [row.user for row in Mention.objects.all()] == [anna]
    hers = signed_in_as(anna)
    overview = page_of(hers, "/co409070/")
    assert "Mentions" in overview
    assert "Kari Nordmann mentioned you" in overview
    assert "Kari Nordmann mentioned you" not in page_of(hers, "/co409070/"), "a toast tells once"
    hers.get(f"/cr306015/{email.pk}/")
    assert Mention.objects.get().read_at is not None
    assert "Mentions" not in page_of(hers, "/co409070/")


def test_who_may_not_see_the_email_is_not_told(signed_in: Client, email: Email) -> None:
    somebody("per", full_name="Per Strand")
    answer = signed_in.post(f"/cr306015/{email.pk}/notes/", {"text": "@per see this"}, headers=HTMX)
    assert "Per Strand may not see this email and was not told" in answer.content.decode()
    assert not Mention.objects.exists()


@pytest.mark.parametrize("text", ["", "  \r\n ", "x" * 20_001])
def test_an_empty_or_endless_note_is_refused_with_its_text_kept(text: str, signed_in: Client, email: Email) -> None:
    answer = signed_in.post(f"/cr306015/{email.pk}/notes/", {"text": text}, headers=HTMX)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Note.objects.exists()


def test_only_its_author_or_an_administrator_deletes_a_note(
    signed_in: Client, email: Email, anna: User, administrator: User
) -> None:
    for deleter, left in ((signed_in_as(anna), 1), (signed_in, 0)):
        notes.write(email, email.owner.user, "x", clock.now()) if not Note.objects.exists() else None  # type: ignore[union-attr, arg-type]
        deleter.post(f"/cr306015/{email.pk}/notes/{Note.objects.get().pk}/delete/", headers=HTMX)
        assert Note.objects.count() == left
    note = notes.write(email, anna, "y", clock.now()).note
    signed_in_as(administrator).post(f"/cr306015/{email.pk}/notes/{note.pk}/delete/", headers=HTMX)
    assert not Note.objects.exists()


def test_presence_tells_who_replies_until_the_heartbeat_stops(
    signed_in: Client, email: Email, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    presence.beat(email, anna, Doing.REPLYING, clock.now())
    answer = signed_in.post(f"/cr306015/{email.pk}/presence/", {"doing": "reading"}, headers=HTMX)
    assert "Anna Berg is replying" in answer.content.decode()
    assert set(Presence.objects.values_list("user__login", "doing")) == {("anna.berg", "replying"), ("kari", "reading")}
    later = clock.now() + presence.LIFE
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "is replying" not in page_of(signed_in, f"/cr306015/{email.pk}/")


def test_sending_asks_first_when_a_colleague_answered_meanwhile(signed_in: Client, email: Email, anna: User) -> None:
    reply = signed_in.post("/co409000/do/reply/", {"ids": email.pk})
    draft = Email.objects.get(pk=int(reply["Location"].strip("/").split("/")[-1]))
    other = Email.objects.create(
        account=email.account,
        direction="outgoing",
        status="processed",
        box="sent",
        thread=email.thread,
        created_by=anna,
        from_name="Anna Berg",
        date=clock.now() + timedelta(seconds=1),
        created_at=clock.now(),
    )
    beat = signed_in.post(f"/cr306015/{draft.pk}/presence/", {"doing": "replying"}, headers=HTMX)
    assert "Anna Berg answered this conversation" in beat.content.decode()
    assert presence.answered_meanwhile(draft, clock.now()) == [other]


def test_a_snoozed_email_leaves_the_persons_list_and_comes_back_on_top(
    signed_in: Client, email: Email, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = signed_in.post("/cr306015/snooze/", {"ids": email.pk, "choice": "tomorrow"}, headers=HTMX)
    assert "1 email comes back" in answer.content.decode()
    row = f'data-row="{email.pk}"'
    assert row not in page_of(signed_in, "/co409000/")
    assert row in page_of(signed_in, "/co409000/?tab=snoozed")
    assert row in page_of(signed_in_as(anna), "/co409000/"), "a snooze is personal"
    assert "Snoozed until" in page_of(signed_in, f"/cr306015/{email.pk}/")
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    page = page_of(signed_in, "/co409000/")
    assert row in page
    assert "Back from snooze" in page
    page_of(signed_in, f"/co409000/?open={email.pk}")
    assert "Back from snooze" not in page_of(signed_in, "/co409000/")


def test_undo_takes_an_email_back_from_snooze(signed_in: Client, email: Email) -> None:
    signed_in.post("/cr306015/snooze/", {"ids": email.pk, "choice": "tomorrow"}, headers=HTMX)
    signed_in.post("/co409000/do/wake/", {"ids": email.pk}, headers=HTMX)
    assert not Snooze.objects.exists()


@pytest.mark.parametrize("moment", ["", "never", "2020-01-01T10:00", "2999-01-01T10:00"])
def test_a_moment_that_makes_no_sense_is_refused_in_words(moment: str, signed_in: Client, email: Email) -> None:
    answer = signed_in.post("/cr306015/snooze/", {"ids": email.pk, "moment": moment}, headers=HTMX)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Snooze.objects.exists()


@pytest.mark.parametrize("hour", range(24))
def test_quick_choices_lie_ahead_in_the_persons_own_zone(hour: int) -> None:
    now = datetime(2026, 10, 24, hour, 59, tzinfo=ZoneInfo("Europe/Oslo"))  # the clocks go back that night
    found = snooze.choices(now)
    assert all(choice.until > now for choice in found)
    assert [choice.until for choice in found] == sorted(choice.until for choice in found)
    assert {"tomorrow", "month"} <= {choice.key for choice in found}
    assert {choice.until.hour for choice in found if choice.key in {"tomorrow", "monday", "month"}} == {8}


def test_merged_conversations_are_one_and_undo_parts_them(signed_in: Client, file_mail: Filer) -> None:
    first, second = file_mail(letter(1)), file_mail(letter(5, Subject="Other"))
    signed_in.post("/co409000/do/merge/", {"ids": [first.pk, second.pk]}, headers=HTMX)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.thread_id == second.thread_id
    assert "Merged with" in StatusChange.objects.get(email=second, action="merge").reason
    assert f'id="message-{second.pk}"' in page_of(signed_in, f"/cr306015/{first.pk}/")
    signed_in.post("/co409000/do/rejoin/", {"ids": [first.pk, second.pk]}, headers=HTMX)
    second.refresh_from_db()
    assert first.thread_id != second.thread_id
    assert StatusChange.objects.filter(email=second, action="undo_merge").exists()


def test_an_answer_to_a_split_off_email_stays_with_it(signed_in: Client, file_mail: Filer) -> None:
    first, second = file_mail(letter(1)), file_mail(letter(2, answers=1))
    signed_in.post("/co409000/do/split/", {"ids": second.pk}, headers=HTMX)
    second.refresh_from_db()
    assert second.thread_id != first.thread_id
    references = {"References": "<1@fjellbekk.example> <2@fjellbekk.example>", "In-Reply-To": "<2@fjellbekk.example>"}
    third = file_mail(letter(3, **references))
    fourth = file_mail(letter(4, answers=1))
    first.refresh_from_db()
    assert third.thread_id == second.thread_id
    assert fourth.thread_id == first.thread_id
    assert first.thread_id != second.thread_id


def test_what_cannot_be_merged_or_split_says_why(signed_in: Client, email: Email) -> None:
    for action, words in (("merge", "at least two conversations"), ("split", "nothing would be left")):
        answer = signed_in.post(f"/co409000/do/{action}/", {"ids": email.pk}, headers=HTMX)
        assert words in answer.content.decode()
    assert not ThreadChange.objects.exists()


def test_undo_moves_only_what_is_still_there(file_mail: Filer, anna: User) -> None:
    first, second, third = file_mail(letter(1)), file_mail(letter(5)), file_mail(letter(9))
    now = clock.now()
    merged = joining.merge([first, second], anna, now)
    second.refresh_from_db()
    joining.split([second], anna, now + timedelta(seconds=1))
    assert joining.undo([change.pk for change in merged], anna, now) == 0
    assert joining.undo([change.pk for change in merged], anna, now) == 0, "once is enough"
    assert third.thread_id is not None


POSTS = [
    ("/cr306015/{id}/notes/", {"text": "x"}),
    ("/cr306015/{id}/presence/", {"doing": "reading"}),
    ("/cr306015/{id}/images/", {}),
    ("/cr306015/snooze/", {"ids": "{id}", "choice": "tomorrow"}),
    ("/co409000/do/merge/", {"ids": "{id}"}),
    ("/co409000/do/split/", {"ids": "{id}"}),
    ("/co409000/do/wake/", {"ids": "{id}"}),
    ("/co409000/do/rejoin/", {"ids": "{id}"}),
]


@pytest.mark.parametrize(("address", "values"), POSTS, ids=[one[0] for one in POSTS])
def test_each_action_answers_its_five_questions(
    address: str, values: dict[str, str], signed_in: Client, teammate: Client, stranger: Client, email: Email
) -> None:
    """Works, teammate, stranger, bad id, wrong method."""

    def post(client: Client, key: Any) -> int:
        filled = {name: value.format(id=key) for name, value in values.items()}
        return client.post(address.format(id=key), filled, headers=HTMX).status_code

    assert post(signed_in, email.pk) == 200
    assert post(teammate, email.pk) == 200
    assert post(stranger, email.pk) == 404
    assert post(signed_in, 2**62) == 404
    assert signed_in.delete(address.format(id=email.pk), headers=HTMX).status_code == 405


def test_a_reader_may_read_notes_but_write_none(email: Email) -> None:
    reader = signed_in_as(User.objects.create_user("lars", "", None, role="reader"))
    assert reader.get(f"/cr306015/{email.pk}/").status_code == 200
    assert reader.post(f"/cr306015/{email.pk}/notes/", {"text": "x"}, headers=HTMX).status_code == 403


def test_the_api_does_the_same_under_the_same_rights(
    signed_in: Client, stranger: Client, file_mail: Filer, anna: User
) -> None:
    first, second = file_mail(letter(1)), file_mail(letter(5))
    api, json = f"/api/v1/emails/{first.pk}", {"content_type": "application/json"}
    told = signed_in.post(f"{api}/notes", {"text": "@anna.berg hello"}, **json)
    assert (told.status_code, told.json()["told"]) == (201, ["anna.berg"])
    assert [note["text"] for note in signed_in.get(f"{api}/notes").json()] == ["@anna.berg hello"]
    assert [row["email"] for row in signed_in_as(anna).get("/api/v1/mentions").json()] == [first.pk]
    assert signed_in.delete(f"{api}/notes/{told.json()['id']}").status_code == 204
    until = (timezone.now() + timedelta(days=1)).isoformat()
    assert signed_in.put(f"{api}/snooze", {"until": until}, **json).status_code == 200
    assert signed_in.put(f"{api}/snooze", {"until": "2020-01-01T00:00:00Z"}, **json).status_code == 422
    assert signed_in.delete(f"{api}/snooze").status_code == 204
    assert signed_in.post(f"{api}/read").json()["read"] is True
    assert signed_in_as(anna).post(f"{api}/unread").status_code == 409
    merged = signed_in.post(f"/api/v1/threads/{first.thread_id}/merge", {"threads": [second.thread_id]}, **json)
    assert merged.json()["thread"] == first.thread_id
    items = signed_in.get(f"/api/v1/threads/{first.thread_id}").json()["items"]
    assert [item["id"] for item in items] == [first.pk, second.pk]
    assert signed_in.post(f"/api/v1/threads/{first.thread_id}/undo").json() == {"moved": 1}
    assert signed_in.post(f"{api}/split").status_code == 409
    for address in (f"{api}/notes", f"/api/v1/threads/{first.thread_id}"):
        assert stranger.get(address).status_code == 404
    assert signed_in.get(f"/api/v1/threads/{2**70}").status_code == 404
