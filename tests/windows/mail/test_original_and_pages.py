"""Download original from a list, and dialogs that are pages of their own where no script runs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import User
from tests.factories import emails
from tests.windows.mail.conftest import letter

pytestmark = pytest.mark.django_db
Filer = Callable[..., Email]
OPEN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def press(client: Client, email: int, **more: Any) -> Any:
    return client.post("/co409000/do/download-original/", {"ids": [email]}, **more)


def test_the_original_of_a_row_comes_as_a_file(signed_in: Client, file_mail: Filer) -> None:
    raw = letter()
    email = file_mail(raw)
    answer = press(signed_in, email.pk)
    assert answer.status_code == 303
    file = signed_in.get(answer["Location"])
    assert b"".join(file.streaming_content) == raw
    assert "attachment" in file["Content-Disposition"]


def test_the_original_is_not_for_who_may_not_see_the_email(stranger: Client, client: Client, file_mail: Filer) -> None:
    email = file_mail(letter())
    assert press(stranger, email.pk).status_code == 404
    assert press(client, email.pk).status_code == 302
    assert press(stranger, 10**17).status_code == 404
    assert stranger.get("/co409000/do/download-original/").status_code == 405


def test_an_email_without_original_says_so(signed_in: Client) -> None:
    email = emails.make("A draft")
    answer = press(signed_in, email.pk, headers={"HX-Request": "true", "HX-Target": "body"})
    assert "no original yet" in answer.content.decode()


@pytest.mark.parametrize("address", ["/cr306015/snooze/?ids={}", "/cr306015/note/?ids={}", "/cr306015/{}/notes/"])
def test_a_dialog_is_a_page_of_its_own_without_script(signed_in: Client, file_mail: Filer, address: str) -> None:
    where = address.format(file_mail(letter()).pk)
    page = signed_in.get(f"{where}{'&' if '?' in where else '?'}next=/co409070/").content.decode()
    assert "<!doctype html>" in page
    assert "components.css" in page
    assert '<a class="btn push" href="/co409070/">' in page
    assert "data-close" not in page.partition("<dialog")[0]
    dialog = signed_in.get(where, headers=OPEN_DIALOG).content.decode()
    assert "<!doctype html>" not in dialog
    assert "data-close" in dialog


def test_a_page_of_a_dialog_leads_back_to_where_it_was_opened(signed_in: Client, file_mail: Filer) -> None:
    email = file_mail(letter())
    said = {"text": "Call her", "next": "/co409070/"}
    assert signed_in.post(f"/cr306015/{email.pk}/notes/", said)["Location"] == "/co409070/"
    wrong = signed_in.post("/cr306015/snooze/", {"ids": [email.pk], "moment": "soon", "next": "https://evil.example/"})
    assert wrong.status_code == 422
    assert "<!doctype html>" in wrong.content.decode()
    assert "evil.example" not in wrong.content.decode()


def test_a_picture_that_was_held_back_stands_in_no_body_either(signed_in: Client, file_mail: Filer) -> None:
    raw = b"""From: a@b.example
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html

<img src="cid:one@b.example">
--b
Content-Type: image/png
Content-Disposition: inline; filename=one.png
Content-ID: <one@b.example>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b--
"""
    email = file_mail(raw)
    address = f"/cr306015/{email.pk}/inline/one@b.example"
    assert signed_in.get(address).status_code == 200
    email.attachments.update(state=Attachment.State.QUARANTINED)
    assert signed_in.get(address).status_code == 404


@pytest.fixture
def held(file_mail: Filer) -> Email:
    """An email with a file that its account does not allow."""
    email = file_mail(letter())
    Attachment.objects.create(email=email, name="a.exe", state=Attachment.State.QUARANTINED)
    return email


def test_an_original_that_holds_a_held_back_file_is_for_who_may_release_it(
    signed_in: Client, administrator: User, held: Email
) -> None:
    """Else the file would be had by another door."""
    boss = Client()
    boss.force_login(administrator)
    for place in ("raw", "source"):
        refused = signed_in.get(f"/cr306015/{held.pk}/{place}/")
        assert refused.status_code == 403
        assert "held back" in refused.content.decode()
        assert boss.get(f"/cr306015/{held.pk}/{place}/").status_code == 200
    assert "held back" in press(signed_in, held.pk, headers={"HX-Request": "true"}).content.decode()
    Attachment.objects.update(state=Attachment.State.DELIVERED)
    assert signed_in.get(f"/cr306015/{held.pk}/raw/").status_code == 200


def test_the_api_keeps_such_an_original_too(agent: User, administrator: User, held: Email) -> None:
    def ask(user: User) -> Any:
        token = sign_in.make_token(user, clock.now())
        return Client().get(f"/api/v1/emails/{held.pk}/raw", headers={"Authorization": f"Bearer {token}"})

    assert (ask(agent).status_code, ask(administrator).status_code) == (403, 200)
    assert "held back" in ask(agent).json()["detail"]
    Attachment.objects.update(state=Attachment.State.DISCARDED)
    assert ask(agent).status_code == 403
