"""The world of mail is spoken to by plain SMTP and IMAP, as any provider."""

import smtplib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import imapclient
import pytest
from imapclient.exceptions import LoginError

from mailroom.demo.mail_world import customers, world
from mailroom.demo.mail_world.residents import Manner, Resident

HOUSE = Resident("sales@elvestad.example.com", "secret", "Elvestad Sales", company=True)
PEOPLE = [
    HOUSE,
    Resident("mads@havnegade.example.org", "secret", "Mads Bruun", manner=Manner.ANSWERS),
    Resident("ingrid@fjellbekk.example.net", "secret", "Ingrid Solheim", "nb", Manner.ANSWERS),
    Resident("away@lumipuro.example.net", "secret", "Elina Rautio", "fi", Manner.OUT_OF_OFFICE),
    Resident("full@tallmyr.example.org", "secret", "Tallmyr", "sv", Manner.BOUNCES),
    Resident("slow@grankulla.example.com", "secret", "Lars Grankull", "sv", Manner.GREYLISTED),
    Resident("gone@storlund.example.org", "secret", "Storlund", "nb", Manner.REFUSED),
]
MAIL = b"""From: Sanna Koskela <sales@elvestad.example.com>\r
To: %s\r
Subject: Quote Q-2291\r
Message-ID: <q2291@elvestad.example.com>\r
\r
The price for forty crates is below.\r
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[world.MailWorld]:
    """A world with quick customers on free ports."""
    started = world.MailWorld(tmp_path, PEOPLE, world.Pace(0.02, 0.02)).start()
    yield started
    started.stop()


def post(to: world.MailWorld, recipient: str, raw: bytes = b"", sender: str = HOUSE.address) -> None:
    """Hand a mail to the world as the product's sending does."""
    with smtplib.SMTP("127.0.0.1", to.smtp_port, timeout=10) as client:
        if sender == HOUSE.address:
            client.login(HOUSE.address, HOUSE.password)
        client.sendmail(sender, [recipient], raw or MAIL % recipient.encode())


def reader(of: world.MailWorld, resident: Resident = HOUSE) -> imapclient.IMAPClient:
    """A signed-in IMAP client with INBOX selected."""
    client = imapclient.IMAPClient("127.0.0.1", of.imap_port, ssl=False, timeout=10)
    client.login(resident.address, resident.password)
    client.select_folder("INBOX")
    return client


def eventually(what: Callable[[], object]) -> None:
    """Wait until `what` is true, at most five seconds."""
    limit = time.monotonic() + 5
    while not what():
        assert time.monotonic() < limit, "it did not happen within five seconds"
        time.sleep(0.02)


def answers(of: world.MailWorld) -> list[bytes]:
    """What lies in the mailbox of the house."""
    return [kept.path.read_bytes() for kept in of.town.mailbox(HOUSE).inbox.messages()]


def test_a_customer_answers_to_the_sender_in_his_language_and_in_the_thread(running: world.MailWorld) -> None:
    post(running, "ingrid@fjellbekk.example.net")
    eventually(lambda: answers(running))
    reply = customers.read(answers(running)[0])
    assert reply["Subject"] == "SV: Quote Q-2291"
    assert reply["In-Reply-To"] == reply["References"] == "<q2291@elvestad.example.com>"
    text = reply.get_content()
    assert "> The price for forty crates is below." in text
    assert "skrev Sanna Koskela:" in text
    assert text.startswith("Hei")


def test_a_customer_answers_at_most_three_times_in_a_conversation(running: world.MailWorld) -> None:
    follow_up = MAIL.replace(b"\r\n\r\n", b"\r\nReferences: <q2291@elvestad.example.com>\r\n\r\n", 1)
    for count in (1, 2, 3):
        post(running, "mads@havnegade.example.org", follow_up % b"mads@havnegade.example.org")
        eventually(lambda count=count: len(answers(running)) == count)
    post(running, "mads@havnegade.example.org", follow_up % b"mads@havnegade.example.org")
    time.sleep(0.3)
    assert len(answers(running)) == 3


def test_automatic_mail_is_never_answered(running: world.MailWorld) -> None:
    automatic = (MAIL % b"mads@havnegade.example.org").replace(b"Subject:", b"Auto-Submitted: auto-replied\r\nSubject:")
    post(running, "mads@havnegade.example.org", automatic)
    post(running, "mads@havnegade.example.org", sender="")
    time.sleep(0.3)
    assert answers(running) == []


def test_an_absent_customer_sends_an_automatic_note_from_nobody(running: world.MailWorld) -> None:
    post(running, "away@lumipuro.example.net")
    eventually(lambda: answers(running))
    note = customers.read(answers(running)[0])
    assert note["Auto-Submitted"] == "auto-replied"
    assert note["Return-Path"] == "<>"
    assert note["Subject"].startswith("Poissa: ")


def test_a_full_mailbox_comes_back_as_a_delivery_report(running: world.MailWorld) -> None:
    post(running, "full@tallmyr.example.org")
    eventually(lambda: answers(running))
    report = customers.read(answers(running)[0])
    assert report.get_content_type() == "multipart/report"
    parts = {part.get_content_type(): part for part in report.walk()}
    status = parts["message/delivery-status"].get_payload()[1]
    assert (status["Action"], status["Status"]) == ("failed", "5.2.2")
    assert "q2291@elvestad.example.com" in parts["text/rfc822-headers"].get_content()


def test_a_greylisting_server_takes_the_second_try(running: world.MailWorld) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        post(running, "slow@grankulla.example.com")
    assert refused.value.recipients["slow@grankulla.example.com"][0] == 451
    post(running, "slow@grankulla.example.com")
    eventually(lambda: answers(running))


@pytest.mark.parametrize("address", ["gone@storlund.example.org", "somebody@elsewhere.example"])
def test_unknown_addresses_are_refused_and_nothing_leaves_the_machine(running: world.MailWorld, address: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        post(running, address)
    assert refused.value.recipients[address][0] == 550


def test_an_address_of_the_company_must_sign_in_to_send(running: world.MailWorld) -> None:
    with smtplib.SMTP("127.0.0.1", running.smtp_port, timeout=10) as client, pytest.raises(smtplib.SMTPSenderRefused):
        client.sendmail(HOUSE.address, ["mads@havnegade.example.org"], MAIL)
    with smtplib.SMTP("127.0.0.1", running.smtp_port) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login(HOUSE.address, "wrong")
    client = imapclient.IMAPClient("127.0.0.1", running.imap_port, ssl=False)
    with pytest.raises(LoginError):
        client.login(HOUSE.address, "wrong")
    client.logout()


def test_imap_fetches_flags_moves_and_expunges(running: world.MailWorld) -> None:
    client = reader(running)
    client.append("INBOX", MAIL % b"a@example.com", flags=["\\Seen"])
    client.append("INBOX", MAIL % b"b@example.com")
    uids = client.search(["UID", "1:*"])
    assert client.search(["UNSEEN"]) == uids[1:]
    rows = client.fetch(uids, ["UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]"])
    assert rows[uids[0]][b"BODY[]"] == MAIL % b"a@example.com"
    assert rows[uids[0]][b"FLAGS"] == (b"\\Seen",)
    assert client.fetch(uids[1:], ["BODY[HEADER.FIELDS (SUBJECT)]"])[uids[1]][b"SEQ"] == 2
    client.create_folder("Done")
    client.move(uids[:1], "Done")
    client.add_flags(uids[1:], ["\\Deleted"])
    client.expunge()
    assert client.search() == []
    assert client.folder_status("Done", ["MESSAGES", "UIDNEXT"]) == {b"MESSAGES": 1, b"UIDNEXT": 2}
    assert {name for _, _, name in client.list_folders()} == {"INBOX", "Done"}
    client.logout()


def test_idle_tells_of_a_mail_at_once(running: world.MailWorld) -> None:
    client = reader(running)
    client.idle()
    post(running, HOUSE.address, MAIL % b"x", sender="mads@havnegade.example.org")
    assert (1, b"EXISTS") in client.idle_check(timeout=5)
    client.idle_done()
    client.logout()


def test_mail_and_ports_outlast_a_restart(tmp_path: Path) -> None:
    first = world.MailWorld(tmp_path, PEOPLE).start()
    client = reader(first)
    client.append("INBOX", MAIL % b"a@example.com", flags=["\\Flagged"])
    client.logout()
    ports = (first.smtp_port, first.imap_port)
    validity = first.town.mailbox(HOUSE).inbox.uidvalidity
    first.stop()
    second = world.MailWorld(tmp_path, PEOPLE).start()
    try:
        assert (second.smtp_port, second.imap_port) == ports
        assert second.town.mailbox(HOUSE).inbox.uidvalidity == validity
        client = reader(second)
        assert client.fetch(client.search(), ["FLAGS"])[1][b"FLAGS"] == (b"\\Flagged",)
        client.logout()
    finally:
        second.stop()
