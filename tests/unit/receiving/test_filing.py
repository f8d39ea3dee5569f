"""Filing: every mail of a batch is stored once or put aside with its reason, and no mail stops another."""

from datetime import datetime
from typing import Any

import pytest

from mailroom.base import rows
from mailroom.flows.receiving import filing
from mailroom.flows.receiving.models import FolderCursor, QuarantinedMessage, ReceivingOptions, ServerMessage
from mailroom.flows.receiving.servers.contract import Cursor, Fetched
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import received
from mailroom.records.emails.models import Attachment, Email, Thread
from mailroom.records.files import store
from mailroom.records.files.models import StoredFile
from tests.corpus import reader
from tests.factories.mails import fetched, file, letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(db: None) -> EmailAccount:
    """An account whose server is never asked."""
    return an_account("INBOX")


def an_account(name: str) -> EmailAccount:
    return EmailAccount.objects.create(email_account_id=name, email_address=f"{name}@mailroom.test".lower())


def raws_of(account: EmailAccount) -> list[bytes]:
    return [store.read(bytes(email.raw_sha256)) for email in Email.objects.filter(account=account).order_by("pk")]


def fails_for_bad_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the rows of a mail whose subject is "bad" cannot be made."""
    making = received._content

    def content(item: Any) -> Any:
        if item.message.subject == "bad":
            raise ValueError("this mail is bad")
        return making(item)

    monkeypatch.setattr(received, "_content", content)


def test_five_hundred_bad_mails_do_not_keep_back_five_hundred_good_ones(
    inbox: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T02: the good ones arrive in the first run; the bad are kept raw, with the reason, and never filed again."""
    fails_for_bad_mail(monkeypatch)
    bad = [letter(f"bad{number}", subject="bad") for number in range(500)]
    good = [letter(f"good{number}") for number in range(500)]
    slice_of_mails = fetched(*bad, *good)
    results = [filing.file_batch(inbox, slice_of_mails[at : at + 200], now) for at in range(0, 1000, 200)]
    assert (sum(result.stored for result in results), sum(result.quarantined for result in results)) == (500, 500)
    assert raws_of(inbox) == good
    kept = QuarantinedMessage.objects.filter(account=inbox).order_by("pk")
    assert [store.read(bytes(row.raw_sha256)) for row in kept] == bad
    assert {row.reason for row in kept} == {"ValueError: this mail is bad"}
    again = filing.file_batch(inbox, slice_of_mails[:300], now)
    assert (again.stored, again.duplicate, again.quarantined) == (0, 300, 0)


def test_a_mail_that_the_database_refuses_is_found_among_good_ones(
    inbox: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T02: the rest of its batch is stored at once, in halves."""
    making = received._content
    monkeypatch.setattr(
        received, "_content", lambda item: (None, *making(item)[1:]) if item.message.subject == "bad" else making(item)
    )
    raws = [letter(f"m{number}", subject="bad" if number == 11 else "") for number in range(20)]
    result = filing.file_batch(inbox, fetched(*raws), now, Cursor("INBOX", 1, 20))
    assert (result.stored, result.quarantined) == (19, 1)
    assert "Error" in QuarantinedMessage.objects.get(account=inbox).reason
    assert FolderCursor.objects.get(account=inbox).highest_uid == 20


def test_a_mail_whose_parts_are_not_all_stored_is_quarantined(
    inbox: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T35: parts are counted where they are read and where they are stored; a mismatch is an error."""
    inserting = rows.insert

    def losing(model: Any, names: Any, values: Any) -> None:
        inserting(model, names, list(values)[:-1] if model is Attachment else values)

    monkeypatch.setattr(rows, "insert", losing)
    result = filing.file_batch(inbox, fetched(letter("a", parts=[file("x.pdf"), file("y.pdf")]), letter("b")), now)
    assert (result.stored, result.quarantined) == (1, 1)
    assert "2 files were read" in QuarantinedMessage.objects.get(account=inbox).reason
    assert raws_of(inbox) == [letter("b")]


def test_a_full_disk_quarantines_nothing_and_moves_no_cursor(
    inbox: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T24: what is not the mail's fault ends the run, and the next one begins where this one did."""

    def full(*_contents: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_write_pack", full)
        with pytest.raises(OSError, match="No space"):
            filing.file_batch(inbox, fetched(letter("a")), now, Cursor("INBOX", 1, 1))
    assert not FolderCursor.objects.exists()
    assert not QuarantinedMessage.objects.exists()
    assert filing.file_batch(inbox, fetched(letter("a")), now).stored == 1


def test_one_message_id_in_two_accounts_is_one_email_each_in_one_thread(inbox: EmailAccount, now: datetime) -> None:
    """T25: one record each, linked."""
    other = an_account("OTHER")
    for account in (inbox, other):
        filing.file_batch(account, fetched(letter("same"), letter("same")), now)
    emails = Email.objects.filter(message_id="same")
    assert sorted(emails.values_list("account__email_account_id", flat=True)) == ["INBOX", "OTHER"]
    assert len(set(emails.values_list("thread", flat=True))) == 1


def test_the_same_picture_in_many_mails_is_stored_once(inbox: EmailAccount, now: datetime) -> None:
    """T43: one stored copy per content."""
    picture = file("logo.png", b"P" * 9000, "image/png", "Content-ID: <logo>\r\n")
    filing.file_batch(inbox, fetched(*[letter(f"m{number}", parts=[picture]) for number in range(3)]), now)
    filing.file_batch(inbox, fetched(letter("m3", parts=[picture])), now)
    files = Attachment.objects.filter(email__account=inbox)
    assert files.count() == 4
    assert len(set(files.values_list("file", flat=True))) == 1
    assert StoredFile.objects.filter(size=9000).count() == 1


def test_files_gone_from_disk_are_told_from_files_that_are_there(inbox: EmailAccount, now: datetime) -> None:
    """T33: the rows stay; the content is missing."""
    filing.file_batch(inbox, fetched(letter("a", parts=[file("x.pdf")])), now)
    row = Attachment.objects.get(email__account=inbox).file
    assert row is not None
    assert store.is_there(row)
    store.path_of(row.pack).unlink()
    assert not store.is_there(row)
    with pytest.raises(store.FileMissing, match="missing on disk"):
        store.read(bytes(row.sha256))


@pytest.mark.parametrize(
    ("allowed", "name", "state"),
    [
        ("", "anything.exe", "delivered"),
        ("pdf", "a.pdf", "delivered"),
        (" .PDF ;*.Txt", "A.Pdf", "delivered"),
        ("pdf, .txt", "b.TXT ", "delivered"),
        ("pdf", "evil.exe", "quarantined"),
        ("pdf", "evil.pdf.exe", "quarantined"),
        ("pdf", "evil.exe.", "quarantined"),
        ("pdf", "a.pdf.", "delivered"),
        ("pdf", "noextension", "quarantined"),
    ],
)
def test_allowed_attachment_types_tolerate_case_dots_and_blanks(
    inbox: EmailAccount, now: datetime, allowed: str, name: str, state: str
) -> None:
    ReceivingOptions.objects.create(account=inbox, allowed_attachment_types=allowed)
    filing.file_batch(inbox, fetched(letter("a", parts=[file(name)])), now)
    assert Attachment.objects.get(email__account=inbox).state == state


def test_inline_pictures_are_exempt_and_what_is_discarded_is_not_stored(inbox: EmailAccount, now: datetime) -> None:
    ReceivingOptions.objects.create(account=inbox, allowed_attachment_types="pdf", discard_other_attachments=True)
    picture = b"Content-Type: image/png\r\nContent-Disposition: inline\r\nContent-ID: <p>\r\n\r\npicture"
    filing.file_batch(inbox, fetched(letter("a", parts=[picture, file("evil.exe", b"evil")])), now)
    states = dict(Attachment.objects.filter(email__account=inbox).values_list("content_type", "state"))
    assert states == {"image/png": "delivered", "application/octet-stream": "discarded"}
    assert Attachment.objects.get(state="discarded").file is None


def test_oversized_mail_stays_on_the_server_until_it_is_whole_here(inbox: EmailAccount, now: datetime) -> None:
    """T40: its place is remembered as one of which only the header is here."""
    header = letter("big").partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    filing.file_batch(inbox, [Fetched(header, "INBOX", "7", 1, full_size=99_000_000, cut=True)], now)
    email = Email.objects.get(account=inbox)
    assert (email.size, email.content.facts["cut"]) == (99_000_000, True)
    assert ServerMessage.objects.get(email=email).cut


def test_an_import_files_without_a_server(inbox: EmailAccount, now: datetime) -> None:
    raws = [letter("one"), letter("two", "one")]
    items = [Fetched(raw, "mbox:/archive", str(place)) for place, raw in enumerate(raws)]
    assert filing.file_batch(inbox, items, now).stored == 2
    assert filing.file_batch(inbox, items, now).duplicate == 2
    assert Thread.objects.filter(emails__account=inbox).distinct().count() == 1


@pytest.mark.skipif(not reader.ROOT.is_dir(), reason="the corpus is not here: set MAILROOM_CORPUS")
def test_all_of_the_corpus_is_stored(inbox: EmailAccount, now: datetime) -> None:
    """T19: every mail is an email with its exact bytes, none is put aside, and a body with text has text."""
    raws = list(dict.fromkeys(sample.raw for sample in reader.samples()))
    results = [filing.file_batch(inbox, fetched(*raws[at : at + 200]), now) for at in range(0, len(raws), 200)]
    assert (sum(result.stored for result in results), sum(result.quarantined for result in results)) == (len(raws), 0)
    assert raws_of(inbox) == raws


def test_no_name_or_subject_turns_round_what_is_written_after_it(inbox: EmailAccount, now: datetime) -> None:
    raw = (
        "From: =?utf-8?B?4oCubW9jLmtuYWI=?= <evil@bad.example>\r\nTo: =?utf-8?B?4oGmQW5uYQ==?= <anna@mailroom.test>\r\n"
        "Subject: =?utf-8?B?4oCuZ3BqLmV4ZSDZhdix2K3YqNin?=\r\nMessage-ID: <turned@bad.example>\r\n\r\nHello"
    )
    filing.file_batch(inbox, fetched(raw.encode()), now)
    email = Email.objects.get(message_id="turned@bad.example")
    assert (email.from_name, email.to_line) == ("moc.knab", "Anna")
    assert email.subject == "gpj.exe مرحبا", "letters that are written from the right stay"
    assert email.recipients.get().name == "Anna"
