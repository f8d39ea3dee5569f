"""Quarantine: kept bytes are filed again or discarded by a person, once, and by nobody else."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mailroom.flows.incoming import replaying
from mailroom.flows.receiving import filing, quarantine
from mailroom.flows.receiving.models import QuarantinedMessage, ServerMessage
from mailroom.flows.scheduling import jobs
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import received, status
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from tests.factories.mails import fetched, file, letter

pytestmark = pytest.mark.django_db


class Broken:
    """The parser's fault: while it lasts, the rows of a mail whose subject is "bad" cannot be made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lasts, making = True, received._content

        def content(item: Any) -> Any:
            if self.lasts and item.message.subject == "bad":
                raise ValueError("this mail is bad")
            return making(item)

        monkeypatch.setattr(received, "_content", content)


@pytest.fixture
def inbox(db: None) -> EmailAccount:
    """An account whose server is never asked."""
    return EmailAccount.objects.create(email_account_id="INBOX", email_address="inbox@mailroom.test")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(monkeypatch)


RAW = letter("a", subject="bad", parts=[file("x.pdf")])


def put_aside(account: EmailAccount, now: datetime, *raws: bytes) -> list[QuarantinedMessage]:
    filing.file_batch(account, fetched(*raws), now)
    return list(QuarantinedMessage.objects.filter(account=account).order_by("pk"))


def test_replay_files_the_kept_bytes_as_an_email_and_says_who(
    inbox: EmailAccount, now: datetime, broken: Broken, administrator: User
) -> None:
    [row] = put_aside(inbox, now, RAW)
    broken.lasts = False
    email = Email.objects.get(pk=quarantine.replay(row, now + timedelta(hours=1), administrator))
    assert (email.subject, email.attachments.get().name) == ("bad", "x.pdf")
    assert store.read(bytes(email.raw_sha256 or b"")) == RAW
    row.refresh_from_db()
    assert (row.closed_how, row.closed_by, row.closed_at) == ("replayed", administrator, now + timedelta(hours=1))
    assert ServerMessage.objects.get(account=inbox).email == email


def test_replayed_mail_is_not_filed_again_by_replay_or_by_the_server(
    inbox: EmailAccount, now: datetime, broken: Broken
) -> None:
    """T02: never twice, whichever way it comes."""
    [row] = put_aside(inbox, now, RAW)
    broken.lasts = False
    quarantine.replay(row, now, None)
    with pytest.raises(status.Refused):
        quarantine.replay(row, now, None)
    result = filing.file_batch(inbox, fetched(RAW), now)
    assert (result.stored, result.duplicate, Email.objects.count()) == (0, 1, 1)


def test_a_mail_that_still_cannot_be_filed_stays_with_its_new_reason(
    inbox: EmailAccount, now: datetime, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    [row] = put_aside(inbox, now, RAW)
    broken.lasts = False

    def refused(*_arguments: Any) -> None:
        raise ValueError("refused once more")

    monkeypatch.setattr(received, "write", refused)
    with pytest.raises(quarantine.NotFiled, match="refused once more"):
        quarantine.replay(row, now, None)
    row.refresh_from_db()
    assert (row.closed_at, row.closed_how, row.reason) == (None, "", "ValueError: refused once more")
    assert not Email.objects.exists()


def test_discarded_mail_is_closed_kept_and_never_fetched_again(
    inbox: EmailAccount, now: datetime, broken: Broken, administrator: User
) -> None:
    """T44: closed by a person alone; its bytes stay, and it can still be replayed."""
    [row] = put_aside(inbox, now, RAW)
    assert quarantine.discard([row.pk], now, administrator) == 1
    assert quarantine.discard([row.pk], now, None) == 0
    row.refresh_from_db()
    assert (row.closed_how, row.closed_by) == ("discarded", administrator)
    assert filing.file_batch(inbox, fetched(RAW), now).duplicate == 1
    assert store.read(bytes(row.raw_sha256)) == RAW
    broken.lasts = False
    assert quarantine.replay(row, now, None)


def test_nothing_but_a_person_closes_quarantined_mail(inbox: EmailAccount, now: datetime, broken: Broken) -> None:
    """T44: years and later mail leave it as it is."""
    [row] = put_aside(inbox, now, RAW)
    filing.file_batch(inbox, fetched(RAW, letter("later")), now + timedelta(days=4000))
    assert list(quarantine.open_rows()) == [row]


def test_mail_whose_bytes_are_gone_is_told_and_stays(
    inbox: EmailAccount, now: datetime, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    [row] = put_aside(inbox, now, RAW)

    def gone(_digest: bytes) -> bytes:
        raise store.FileMissing("The file is missing on disk.")

    monkeypatch.setattr(store, "read", gone)
    assert "missing on disk" in replaying.again(row.pk, None)
    assert quarantine.open_rows().count() == 1


def test_a_job_replays_all_and_tells_which_could_not_be(
    inbox: EmailAccount, now: datetime, broken: Broken, administrator: User
) -> None:
    rows = put_aside(inbox, now, *[letter(f"m{number}", subject="bad") for number in range(3)])
    broken.lasts = False
    quarantine.replay(rows[0], now, None)
    job = replaying.start([row.pk for row in rows], "SM507020", administrator, now)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == ("done", 2, 1)
    assert "filed already" in job.results[str(rows[0].pk)]["words"]
    assert Email.objects.count() == 3
