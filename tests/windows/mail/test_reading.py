"""Reading mail: bodies that cannot harm, conversations at a fixed cost, files that are what they say."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from mailroom.records.emails.models import Attachment, Email
from mailroom.records.organisation.models import User
from tests.windows.mail.conftest import letter, with_files

Filer = Callable[..., Email]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def answer_of(response: Any) -> str:
    return str(response.content.decode())


def test_the_body_stands_in_a_document_of_its_own_that_may_run_and_fetch_nothing(
    signed_in: Client, file_mail: Filer
) -> None:
    email = file_mail(letter(body="<p>Hi</p><script>alert(1)</script><img src='https://t.example/1.gif'>", kind="html"))
    response = signed_in.get(f"/cr306015/{email.pk}/body/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "img-src 'self' data:;" in policy
    assert "<script" not in answer_of(response)
    assert ' src="https://t.example' not in answer_of(response)
    shown = signed_in.get(f"/cr306015/{email.pk}/body/?images=1")
    assert 'src="https://t.example/1.gif"' in answer_of(shown)


def test_always_for_this_sender_shows_images_of_that_sender_alone(signed_in: Client, file_mail: Filer) -> None:
    html = "<p>Hi</p><img src='https://t.example/1.gif' width=1 height=1>"
    email = file_mail(letter(1, html, "html"))
    other = file_mail(letter(2, html, "html", From="eve@elsewhere.example"))
    page = answer_of(signed_in.get(f"/cr306015/{email.pk}/"))
    assert "Remote images are blocked." in page
    assert "1 of them a tracking pixel" in page
    signed_in.post(f"/cr306015/{email.pk}/images/")
    assert "https: http:" in signed_in.get(f"/cr306015/{email.pk}/body/")["Content-Security-Policy"]
    assert "https: http:" not in signed_in.get(f"/cr306015/{other.pk}/body/")["Content-Security-Policy"]
    assert "Remote images are blocked." not in answer_of(signed_in.get(f"/cr306015/{email.pk}/"))


def test_images_of_a_trusted_sender_stay_held_when_the_domain_disowns_the_mail(
    signed_in: Client, file_mail: Filer
) -> None:
    email = file_mail(letter(body="<p>Hi</p><img src='https://t.example/1.gif'>", kind="html"))
    signed_in.post(f"/cr306015/{email.pk}/images/")
    email.content.facts |= {"authentication": {"dmarc": "fail"}}
    email.content.save()
    assert "https: http:" not in signed_in.get(f"/cr306015/{email.pk}/body/")["Content-Security-Policy"]
    assert "This may not be from" in answer_of(signed_in.get(f"/cr306015/{email.pk}/"))


def test_quoted_mail_is_folded_and_what_is_new_shows(signed_in: Client, file_mail: Filer) -> None:
    text = "Yes.\r\n\r\nOn Mon, 2 Nov 2026 at 10:00, Kari <k@x.example> wrote:\r\n> Is it paid?\r\n"
    plain = file_mail(letter(1, text))
    page = answer_of(signed_in.get(f"/cr306015/{plain.pk}/body/"))
    new, _fold, quoted = page.partition('<details class="fold">')
    assert "Yes." in new
    assert "Is it paid?" in quoted
    markup = '<p>Yes.</p><div class="gmail_quote"><blockquote>Is it paid?</blockquote></div>'
    html = file_mail(letter(2, markup, "html"))
    new, _fold, quoted = answer_of(signed_in.get(f"/cr306015/{html.pk}/body/")).partition('<details class="fold">')
    assert "Yes." in new
    assert "Is it paid?" in quoted


def test_a_mail_that_is_only_a_quote_stays_open(signed_in: Client, file_mail: Filer) -> None:
    email = file_mail(letter(1, "> Is it paid?\r\n> Kari\r\n"))
    assert '<details class="fold">' not in answer_of(signed_in.get(f"/cr306015/{email.pk}/body/"))


def test_a_body_without_colours_of_its_own_follows_the_theme(signed_in: Client, file_mail: Filer) -> None:
    plain = file_mail(letter(1, "<p>Hello</p>", "html"))
    coloured = file_mail(letter(2, "<p style='color:#111'>Hello</p>", "html"))
    assert '<html class="plain">' in answer_of(signed_in.get(f"/cr306015/{plain.pk}/body/"))
    assert '<html class="designed">' in answer_of(signed_in.get(f"/cr306015/{coloured.pk}/body/"))


def test_a_very_long_body_is_cut_at_first_and_shown_whole_when_asked(signed_in: Client, file_mail: Filer) -> None:
    """T22: the beginning at once, all of it from the original bytes, never cut in silence."""
    row = "<p>Line <a href='https://a.example/x'>link</a></p>\r\n"
    email = file_mail(letter(1, row * (2_400_000 // len(row)) + "<p>The very end</p>", "html"))
    began = time.perf_counter()
    page = answer_of(signed_in.get(f"/cr306015/{email.pk}/body/"))
    assert time.perf_counter() - began < 3
    assert len(page) < 2_000_000
    assert "Show all" in answer_of(signed_in.get(f"/cr306015/{email.pk}/"))
    assert "The very end" in answer_of(signed_in.get(f"/cr306015/{email.pk}/body/?all=1"))


def thread_of(file_mail: Filer, count: int) -> list[Email]:
    return [file_mail(letter(number, f"Mail {number}", answers=number - 1)) for number in range(1, count + 1)]


def test_a_conversation_shows_the_chosen_mail_open_and_others_folded(signed_in: Client, file_mail: Filer) -> None:
    emails = thread_of(file_mail, 9)
    page = answer_of(signed_in.get(f"/co409000/?open={emails[-1].pk}"))
    assert page.count('<details class="message"') == 5
    assert page.count("open>") >= 1
    assert "Show 4 earlier emails" in page
    assert f'id="message-{emails[0].pk}"' not in page
    more = answer_of(signed_in.get(f"/cr306015/{emails[4].pk}/earlier/messages/", headers={"HX-Request": "true"}))
    assert f'id="message-{emails[0].pk}"' in more
    assert "Mail 1" in more
    one = answer_of(signed_in.get(f"/cr306015/{emails[0].pk}/message/", headers={"HX-Request": "true"}))
    assert "<iframe" in one


def test_opening_a_mail_costs_the_same_queries_in_a_thread_of_two_and_of_a_thousand(
    signed_in: Client, file_mail: Filer, agent: User, django_assert_max_num_queries: Any
) -> None:
    """T43: opening a mail is bounded in time and queries."""
    first, second = thread_of(file_mail, 2)
    Email.objects.bulk_create(
        Email(
            account=first.account,
            direction="incoming",
            status="processed",
            box="incoming",
            thread=first.thread,
            owner=agent.employee,  # type: ignore[attr-defined]
            subject=f"Mail {number}",
            date=first.date.replace(year=2025),
            created_at=first.date,
        )
        for number in range(1000)
    )
    signed_in.get(f"/co409000/?open={second.pk}")
    with django_assert_max_num_queries(48):
        page = answer_of(signed_in.get(f"/co409000/?open={second.pk}"))
    assert "Show 997 earlier emails" in page
    with django_assert_max_num_queries(32):
        signed_in.get(f"/co409000/?open={second.pk}", headers={"HX-Request": "true", "HX-Target": "reader"})


def test_names_that_lie_are_shown_as_they_are(signed_in: Client, file_mail: Filer) -> None:
    email = file_mail(
        with_files(
            1,
            ("invoice\u202efdp.exe", "application/pdf", b"MZ"),
            ("report.pdf.exe", "application/pdf", b"MZ"),
            ("../../etc/passwd", "text/plain", b"root"),
        )
    )
    page = answer_of(signed_in.get(f"/cr306015/{email.pk}/"))
    assert "\u202e" not in page
    assert "invoicefdp.exe" in page
    assert "This is a program or a web page." in page
    assert "Looks like a document but is a program." in page
    names = [item.pk for item in email.attachments.all()]
    for pk in names:
        response = signed_in.get(f"/cr306015/{email.pk}/files/{pk}/")
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Type"] == "application/octet-stream"
        assert "/" not in response["Content-Disposition"]
        assert "sandbox" in response["Content-Security-Policy"]


def test_all_files_come_as_one_archive_with_safe_names_none_twice(signed_in: Client, file_mail: Filer) -> None:
    email = file_mail(
        with_files(1, ("a.txt", "text/plain", b"one"), ("a.txt", "text/plain", b"two"), ("../b", "text/plain", b"3"))
    )
    response = signed_in.get(f"/cr306015/{email.pk}/files/all/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response)))  # type: ignore[arg-type]
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "a.txt": b"one", "a (2).txt": b"two", "b": b"3",
    }  # fmt: skip


def test_a_file_removed_from_disk_is_marked_and_the_text_still_shows(signed_in: Client, file_mail: Filer) -> None:
    """T33: the text shows, the part is marked missing."""
    email = file_mail(with_files(1, ("a.txt", "text/plain", b"unique content of this test")))
    item = email.attachments.get()
    assert item.file is not None
    path = settings.ENVIRONMENT.files_folder.resolve() / item.file.pack[:2] / item.file.pack
    kept = Path(path).read_bytes()
    try:
        path.unlink()
        page = answer_of(signed_in.get(f"/cr306015/{email.pk}/"))
        assert "Missing on disk" in page
        assert "See the files." in answer_of(signed_in.get(f"/cr306015/{email.pk}/body/"))
        assert signed_in.get(f"/cr306015/{email.pk}/files/{item.pk}/").status_code == 410
        assert signed_in.get(f"/cr306015/{email.pk}/raw/").status_code == 410
    finally:
        path.write_bytes(kept)


def test_a_quarantined_file_is_named_with_its_reason_and_cannot_be_had(signed_in: Client, file_mail: Filer) -> None:
    email = file_mail(with_files(1, ("a.zip", "application/zip", b"PK")))
    email.attachments.update(state=Attachment.State.QUARANTINED, state_reason="Type .zip is not allowed")
    item = email.attachments.get()
    assert "Type .zip is not allowed" in answer_of(signed_in.get(f"/cr306015/{email.pk}/"))
    assert signed_in.get(f"/cr306015/{email.pk}/files/{item.pk}/").status_code == 404
    assert signed_in.get(f"/cr306015/{email.pk}/files/{item.pk}/look/").status_code == 404
    assert signed_in.get(f"/cr306015/{email.pk}/files/all/").status_code == 404


def test_pictures_text_and_mail_can_be_looked_at(signed_in: Client, file_mail: Filer) -> None:
    inner = letter(7, "<p>Inner words</p><script>x</script>", "html", Subject="Inner subject")
    email = file_mail(
        with_files(
            1,
            ("a.png", "image/png", PNG),
            ("b.txt", "text/plain", "blåbær".encode()),
            ("c.eml", "application/octet-stream", inner),
        )
    )
    picture, text, mail = email.attachments.all()
    assert "<img" in answer_of(signed_in.get(f"/cr306015/{email.pk}/files/{picture.pk}/look/"))
    assert signed_in.get(f"/cr306015/{email.pk}/files/{picture.pk}/body/")["Content-Type"] == "image/png"
    assert "blåbær" in answer_of(signed_in.get(f"/cr306015/{email.pk}/files/{text.pk}/look/"))
    assert "Inner subject" in answer_of(signed_in.get(f"/cr306015/{email.pk}/files/{mail.pk}/look/"))
    body = signed_in.get(f"/cr306015/{email.pk}/files/{mail.pk}/body/")
    assert "Inner words" in answer_of(body)
    assert "<script" not in answer_of(body)
    assert "default-src 'none'" in body["Content-Security-Policy"]


def test_what_calls_itself_a_picture_but_is_none_is_not_shown(signed_in: Client, file_mail: Filer) -> None:
    """T34: an SVG or a page under a picture's type never gets to the browser as one."""
    email = file_mail(
        with_files(1, ("a.png", "image/png", b"<svg onload=alert(1)>"), ("b.svg", "image/svg+xml", b"<svg/>"))
    )
    png, svg = email.attachments.all()
    assert signed_in.get(f"/cr306015/{email.pk}/files/{png.pk}/body/").status_code == 404
    assert signed_in.get(f"/cr306015/{email.pk}/files/{svg.pk}/body/").status_code == 404


def test_the_original_shows_headers_verdicts_defects_and_the_way_it_went(signed_in: Client, file_mail: Filer) -> None:
    email = file_mail(letter(1, Subject="=?utf-8?q?Bl=C3=A5b=C3=A6r?="))
    email.content.facts |= {"authentication": {"spf": "pass", "dkim": "fail"}, "defects": [["x", "A part has no end."]]}
    email.content.save()
    page = answer_of(signed_in.get(f"/cr306015/{email.pk}/original/"))
    assert "Blåbær" in page
    assert "SPF" in page
    assert "the sender’s domain disowns this mail" in page
    assert "A part has no end." in page
    assert "Received on SALES" in answer_of(signed_in.get(f"/cr306015/{email.pk}/original/?part=history"))
    source = signed_in.get(f"/cr306015/{email.pk}/source/")
    assert source["Content-Type"].startswith("text/plain")
    assert b"".join(source) == letter(1, Subject="=?utf-8?q?Bl=C3=A5b=C3=A6r?=")  # type: ignore[arg-type]


PAGES = ["body/", "message/", "raw/", "original/", "source/", "files/all/", "earlier/messages/", "people/"]


@pytest.mark.parametrize("part", PAGES)
def test_each_page_of_a_mail_answers_teammate_stranger_bad_id_and_wrong_method(
    part: str, signed_in: Client, teammate: Client, stranger: Client, file_mail: Filer, client: Client
) -> None:
    email = file_mail(with_files(1, ("a.txt", "text/plain", b"one")))
    assert signed_in.get(f"/cr306015/{email.pk}/{part}").status_code == 200
    assert teammate.get(f"/cr306015/{email.pk}/{part}").status_code == 200
    assert stranger.get(f"/cr306015/{email.pk}/{part}").status_code == 404
    assert signed_in.get(f"/cr306015/{2**63 - 1}/{part}").status_code == 404
    assert signed_in.get(f"/cr306015/{10**30}/{part}").status_code == 404
    assert signed_in.post(f"/cr306015/{email.pk}/{part}").status_code in {403, 405}
    assert Client().get(f"/cr306015/{email.pk}/{part}").status_code in {302, 404}
