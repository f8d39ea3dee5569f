"""Drafts are saved while they are written, never over another's save, and only by who may see them."""

import base64
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mailroom.base import clock
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation.models import Employee, User

pytestmark = pytest.mark.django_db
KEY = "0b9f3a62-0000-4000-8000-00000000abcd"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def draft(sales: EmailAccount, agent: User) -> Email:
    return compose.create(DraftFields(account=sales, to=[Address("", "ingrid@fjell.example.net")]), clock.now(), agent)


def values(account: EmailAccount, **more: Any) -> dict[str, Any]:
    return {"account": account.pk, "to": "ingrid@fjell.example.net", "subject": "Crates", "body": "<p>Hi</p>"} | more


def test_the_first_save_of_a_page_makes_one_draft_however_often_it_is_posted(
    writer: Client, sales: EmailAccount
) -> None:
    first = writer.post("/cr306015/new/draft/", values(sales, draft_key=KEY)).json()
    again = writer.post("/cr306015/new/draft/", values(sales, draft_key=KEY, subject="Crates, 40", version="0")).json()
    assert (again["id"], again["version"]) == (first["id"], 1)
    assert Email.objects.get().subject == "Crates, 40"


def test_send_after_a_save_sends_the_saved_draft(writer: Client, sales: EmailAccount) -> None:
    number = writer.post("/cr306015/new/draft/", values(sales, draft_key=KEY)).json()["id"]
    answer = writer.post("/cr306015/new/", values(sales, draft_key=KEY, version="0", send="now"))
    assert answer.status_code == 303
    assert [(email.pk, email.status) for email in Email.objects.all()] == [(number, Status.PENDING)]


def test_an_older_version_is_told_who_was_quicker(writer: Client, sales: EmailAccount, draft: Email) -> None:
    address = f"/cr306015/{draft.pk}/draft/"
    assert writer.post(address, values(sales, version="0", subject="First")).json()["version"] == 1
    late = writer.post(address, values(sales, version="0", subject="Second"))
    assert late.status_code == 409
    assert "Kari Nordmann saved another version of this draft at" in late.json()["words"]
    assert Email.objects.get().subject == "First"
    assert writer.post(address, values(sales, version="0", subject="Second", overwrite="1")).status_code == 200
    assert Email.objects.get().subject == "Second"


def test_save_without_script_asks_before_it_overwrites(writer: Client, sales: EmailAccount, draft: Email) -> None:
    compose.save(draft, DraftFields(account=sales, subject="Theirs"), clock.now(), None)
    answer = writer.post(f"/cr306015/{draft.pk}/", values(sales, version="0", subject="Mine"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Save mine over it" in page
    assert "Mine" in page
    assert Email.objects.get().subject == "Theirs"


def test_a_draft_keeps_an_address_that_is_none_and_send_names_it(writer: Client, sales: EmailAccount) -> None:
    number = writer.post("/cr306015/new/draft/", values(sales, to="Ingrid")).json()["id"]
    assert Email.objects.get(pk=number).recipients.get().address == "Ingrid"
    answer = writer.post(f"/cr306015/{number}/", values(sales, to="Ingrid", send="now"))
    assert answer.status_code == 422
    assert "“Ingrid” is no email address" in answer.content.decode()


def test_a_queued_mail_is_not_saved_over(writer: Client, sales: EmailAccount, draft: Email) -> None:
    Email.objects.update(status=Status.PENDING)
    answer = writer.post(f"/cr306015/{draft.pk}/draft/", values(sales))
    assert answer.status_code == 422
    assert "Only a draft or a canceled email can be changed" in answer.json()["words"]


def test_a_pasted_picture_becomes_a_related_part(writer: Client, sales: EmailAccount, draft: Email) -> None:
    data = base64.b64encode(PIXEL).decode()
    writer.post(f"/cr306015/{draft.pk}/draft/", values(sales, body=f'<p><img src="data:image/png;base64,{data}"></p>'))
    part = draft.attachments.get()
    html = Email.objects.get().content.html
    assert part.inline
    assert f"cid:{part.content_id}" in html
    page = writer.get(f"/cr306015/{draft.pk}/").content.decode()
    assert f"/cr306015/{draft.pk}/inline/" in page
    shown = f'<p><img src="/cr306015/{draft.pk}/inline/{part.content_id.replace("@", "%40")}"></p>'
    writer.post(f"/cr306015/{draft.pk}/draft/", values(sales, body=shown))
    assert f"cid:{part.content_id}" in Email.objects.get().content.html


def test_files_are_added_shown_and_taken_off(writer: Client, draft: Email) -> None:
    file = SimpleUploadedFile("note.pdf", b"%PDF", "application/pdf")
    answer = writer.post(f"/cr306015/{draft.pk}/files/", {"files": file})
    assert "note.pdf" in answer.content.decode()
    number = draft.attachments.get().pk
    assert writer.post(f"/cr306015/{draft.pk}/files/{number}/remove/").status_code == 200
    assert not draft.attachments.exists()


def test_too_large_files_are_refused_in_words(writer: Client, draft: Email, monkeypatch: pytest.MonkeyPatch) -> None:
    """T40: too big is refused with a reason, never cut in silence."""
    monkeypatch.setattr(compose, "LARGEST_FILES", 1000)
    answer = writer.post(f"/cr306015/{draft.pk}/files/", {"files": SimpleUploadedFile("a.bin", bytes(2000))})
    assert answer.status_code == 422
    assert "Most servers refuse larger mail" in answer.content.decode()


def test_a_picture_in_the_text_is_no_file_of_the_title_bar(writer: Client, draft: Email) -> None:
    picture = SimpleUploadedFile("x.png", PIXEL, "image/png")
    writer.post(f"/cr306015/{draft.pk}/files/", {"files": picture, "inline": "1"})
    paper = SimpleUploadedFile("x.txt", b"x", "text/plain")
    answer = writer.post(f"/cr306015/{draft.pk}/files/", {"files": paper}).content.decode()
    assert '<span class="muted" id="files-count" hx-swap-oob="true">1</span>' in answer


def test_only_a_picture_can_stand_in_the_text(writer: Client, draft: Email) -> None:
    file = SimpleUploadedFile("x.svg", b"<svg/>", "image/svg+xml")
    assert writer.post(f"/cr306015/{draft.pk}/files/", {"files": file, "inline": "1"}).status_code == 422
    picture = SimpleUploadedFile("x.png", PIXEL, "image/png")
    url = writer.post(f"/cr306015/{draft.pk}/files/", {"files": picture, "inline": "1"}).json()["url"]
    assert b"".join(writer.get(url)) == PIXEL


def test_a_file_of_another_mail_is_attached_without_being_stored_again(
    writer: Client, sales: EmailAccount, draft: Email, agent: User
) -> None:
    other = compose.create(DraftFields(account=sales, subject="Old"), clock.now(), agent)
    file = compose.attach(other, "price list.pdf", "application/pdf", b"prices")
    found = writer.get(f"/cr306015/{draft.pk}/files/from-mail/?q=price").content.decode()
    assert "price list.pdf" in found
    writer.post(f"/cr306015/{draft.pk}/files/from-mail/", {"files": file.pk})
    assert draft.attachments.get().file_id == file.file_id


def test_a_pending_mail_gets_a_file_and_waits_on(writer: Client, sales: EmailAccount, draft: Email) -> None:
    compose.save(
        draft, DraftFields(account=sales, to=[Address("", "i@fjell.example.net")], subject="s"), clock.now(), None
    )
    writer.post(f"/cr306015/{draft.pk}/", values(sales, send="now", version="1"))
    before = Email.objects.get()
    assert before.status == Status.PENDING
    file = SimpleUploadedFile("late.pdf", b"%PDF", "application/pdf")
    assert writer.post(f"/cr306015/{draft.pk}/files/", {"files": file}).status_code == 303
    after = Email.objects.get()
    assert (after.status, after.attachment_count, after.start_at) == (Status.PENDING, 1, before.start_at)
    assert after.raw_sha256 != before.raw_sha256


POSTS = ("draft/", "files/", "files/from-mail/", "files/1/remove/")
GETS = ("preview/", "preview/text/", "files/from-mail/")


@pytest.mark.parametrize("path", POSTS)
def test_who_may_not_see_the_draft_finds_nothing(stranger: Client, draft: Email, path: str) -> None:
    assert stranger.post(f"/cr306015/{draft.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", POSTS)
def test_a_bad_id_finds_nothing(writer: Client, path: str) -> None:
    assert writer.post(f"/cr306015/999999/{path}").status_code == 404


@pytest.mark.parametrize("path", ["draft/", "files/", "files/1/remove/"])
def test_the_wrong_method_is_refused(writer: Client, draft: Email, path: str) -> None:
    assert writer.get(f"/cr306015/{draft.pk}/{path}").status_code == 405


@pytest.mark.parametrize("path", GETS)
def test_looking_is_refused_to_strangers_and_for_bad_ids(
    stranger: Client, writer: Client, draft: Email, path: str
) -> None:
    assert stranger.get(f"/cr306015/{draft.pk}/{path}").status_code == 404
    assert writer.get(f"/cr306015/999999/{path}").status_code == 404
    assert writer.get(f"/cr306015/{draft.pk}/{path}").status_code == 200


def test_a_teammate_goes_on_with_the_draft(draft: Email, sales: EmailAccount) -> None:
    user = User.objects.create_user("ida", "ida@mailroom.test", "correct horse battery", role="supervisor")
    Employee.objects.create(employee_id="E9", name="Ida", user=user)
    mate = Client()
    mate.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert mate.post(f"/cr306015/{draft.pk}/draft/", values(sales, version="0")).status_code == 200


def test_a_reader_may_not_write(sales: EmailAccount) -> None:
    client = Client()
    client.force_login(User.objects.create_user("eva", role="reader"), "django.contrib.auth.backends.ModelBackend")
    assert client.post("/cr306015/new/draft/", values(sales)).status_code == 403


def test_from_offers_no_personal_account_of_somebody_else(writer: Client, sales: EmailAccount) -> None:
    boss = User.objects.create_user("boss")
    EmailAccount.objects.create(email_account_id="BOSS", email_address="boss@elvestad.example.com", personal_owner=boss)
    assert "BOSS" not in writer.get("/lookup/sending-accounts/?q=").content.decode()
    other = EmailAccount.objects.get(email_account_id="BOSS")
    answer = writer.post("/cr306015/new/", values(other))
    assert answer.status_code == 422
