"""Import: every message of an mbox, a Maildir, a folder or a zip, once, and on again after a stop."""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mailroom.flows.receiving import importing
from mailroom.flows.receiving.importing import Import, mbox, run, sources
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Status
from mailroom.records.files import store
from mailroom.records.organisation import trail
from mailroom.records.organisation.models import User
from tests.corpus import reader

EVERY = 20  # the soak suite opens each


def mail(number: int, body: str = "Hello") -> bytes:
    head = f"From: Ola <ola@example.org>\nSubject: Letter {number}\nMessage-ID: <{number}@example.org>\n"
    return f"{head}\n{body}\n".encode()


@pytest.fixture
def archive(db: None) -> EmailAccount:
    return EmailAccount.objects.create(email_account_id="OLD", email_address="old@mailroom.test")


def subjects() -> list[str]:
    return sorted(Email.objects.values_list("subject", flat=True))


LINES = st.lists(
    st.sampled_from([b"", b"Hello", b"From here on", b">From a line", b">>From two", b"From: not a header", b"  x"])
)


@given(st.lists(LINES, min_size=1, max_size=6), st.sampled_from([b"From ", b"From - Tue Mar 04 03:33:20 2003"]))
def test_what_an_mboxrd_writer_wrote_comes_back(bodies: list[list[bytes]], separator: bytes) -> None:
    whole = []
    for number, lines in enumerate(bodies):
        quoted = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines]
        whole += [separator, b"Subject: %d" % number, b"", *quoted, b""]
    found = list(mbox.messages(BytesIO(b"\n".join(whole) + b"\n")))
    assert found == [b"\n".join([b"Subject: %d" % number, b"", *lines, b""]) for number, lines in enumerate(bodies)]


def test_a_line_that_begins_with_from_inside_a_body_cuts_nothing() -> None:
    raw = b"From a@b Tue Mar 04 03:33:20 2003\nSubject: one\n\nFrom now on\n\nFrom now on we write.\nMore.\n"
    assert len(list(mbox.messages(BytesIO(raw)))) == 1


def test_mbox_maildir_files_and_zips_all_arrive(archive: EmailAccount, now: datetime, tmp_path: Path) -> None:
    (tmp_path / "old.mbox").write_bytes(b"".join(b"From x\n" + mail(number) + b"\n" for number in range(3)))
    for folder, name, number in (("cur", "1700000000.1.host:2,S", 3), ("new", "1700000001.2.host", 4)):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
        (tmp_path / "Maildir" / folder / name).write_bytes(mail(number))
    (tmp_path / "one.eml").write_bytes(mail(5))
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as packed:
        packed.writestr("in/a.eml", mail(6))
        packed.writestr("b.mbox", b"From x\n" + mail(7) + b"\nFrom x\n" + mail(8))
    (tmp_path / "notes.md").write_text("Title: nothing\n")
    result = importing.import_paths(archive, [tmp_path], now)
    assert (result.found, result.stored, result.quarantined) == (9, 9, 0)
    assert subjects() == [f"Letter {number}" for number in range(9)]
    assert set(Email.objects.values_list("status", flat=True)) == {Status.PROCESSED}
    assert list(Email.objects.filter(read=True).values_list("subject", flat=True)) == ["Letter 3"]
    original = Email.objects.get(subject="Letter 1").raw_sha256
    assert store.read(bytes(original)) == mail(1)


def test_an_import_that_was_stopped_goes_on_where_it_was(
    archive: EmailAccount, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SLICE_COUNT", 4)
    file = tmp_path / "old.mbox"
    file.write_bytes(b"".join(b"From x\n" + mail(number) + b"\n" for number in range(10)))
    told: list[int] = []

    def once(done: Import) -> bool:
        told.append(done.bytes)
        return False

    assert importing.import_paths(archive, [file], now, once).stored == 4
    rest = importing.import_paths(archive, [file], now)
    assert (rest.stored, rest.duplicate, rest.skipped) == (6, 0, 4)
    assert importing.import_paths(archive, [file], now).found == 0
    with file.open("ab") as more:
        more.write(b"From x\n" + mail(10) + b"\n")
    grown = importing.import_paths(archive, [file], now)
    assert (grown.stored, grown.duplicate) == (1, 10)
    assert len(subjects()) == 11


def test_an_import_stands_in_the_audit_trail_once_with_its_count(
    archive: EmailAccount, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "old.mbox").write_bytes(b"".join(b"From x\n" + mail(number) + b"\n" for number in range(3)))
    for _run in range(2):
        importing.import_paths(archive, [tmp_path], now)
    told = [trail.export(entry) for entry in trail.narrowed(trail.Narrowing(kind="emailaccount", action="update"))]
    assert [(one["name"], one["changes"]) for one in told] == [("OLD", {"imported_emails": ["", "3"]})]


def test_a_path_without_mail_is_told_before_anything_is_read(
    archive: EmailAccount, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "good.eml").write_bytes(mail(1))
    (tmp_path / "empty").mkdir()
    for wrong in (tmp_path / "nowhere", tmp_path / "empty"):
        with pytest.raises(sources.NothingThere):
            importing.import_paths(archive, [tmp_path / "good.eml", wrong], now)
    assert not Email.objects.exists()


@pytest.mark.parametrize(("name", "start"), [("a.eml", b"Subject: x\n\n"), ("b.mbox", b"From x\nSubject: x\n\n")])
def test_a_zip_whose_mail_would_fill_the_memory_is_refused_before_it_is_unpacked(
    archive: EmailAccount, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, start: bytes
) -> None:
    monkeypatch.setattr(sources, "LARGEST_PACKED", 1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, start + bytes(2_000_000))
    with pytest.raises(sources.NothingThere, match="Unpack it"):
        importing.import_paths(archive, [tmp_path / "bomb.zip"], now)
    assert not Email.objects.exists()


def test_a_damaged_zip_is_told_in_words(archive: EmailAccount, now: datetime, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cut.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.eml", mail(1))
    raw = (tmp_path / "cut.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(raw.replace(b"PK\x03\x04", b"XX\x03\x04"))
    with pytest.raises(sources.NothingThere, match="cannot be unpacked"):
        importing.import_paths(archive, [tmp_path / "cut.zip"], now)


def test_the_whole_corpus_is_imported_and_opens(
    archive: EmailAccount, now: datetime, client: Client, administrator: User
) -> None:
    """T19: real and broken mail of every kind: all of it is stored, listed and opens, and nothing raises."""
    folder = reader.ROOT
    if not folder.is_dir():
        pytest.skip("the corpus is not on this machine")
    result = importing.import_paths(archive, [folder], now)
    assert result.found > 1000
    assert result.stored + result.duplicate == result.found
    assert not QuarantinedMessage.objects.exists()
    assert Email.objects.count() == result.stored
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    for pk in Email.objects.order_by("pk").values_list("pk", flat=True)[::EVERY]:
        assert client.get(f"/cr306015/{pk}/").status_code == 200, pk
        assert client.get(f"/cr306015/{pk}/body/").status_code == 200, pk
