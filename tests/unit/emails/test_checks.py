"""What is looked at before a mail goes out: a pure function, in the languages our users write."""

from datetime import datetime

import pytest

from mailroom.mime import near_domains
from mailroom.mime.message import Address
from mailroom.records.emails import attachment_words, checks, correspondents
from mailroom.records.emails.checks import Letter

INGRID, KARI, OLA = (
    Address("", text) for text in ("ingrid@fjell.example.net", "kari@our.example.com", "ola@our.example.com")
)


def keys(letter: Letter) -> list[str]:
    return [finding.key for finding in checks.find(letter)]


def test_an_ordinary_mail_raises_no_question() -> None:
    assert keys(Letter([INGRID], subject="Crates", html="<p>Hi Ingrid</p>", inside={"our.example.com"})) == []


@pytest.mark.parametrize(
    "text",
    [
        "see the attached list", "se vedlegget", "eg legg ved prislista", "jag bifogar fakturan", "se vedhæftede fil",
        "im Anhang finden Sie", "ci-joint la facture", "adjunto la factura", "in de bijlage", "w załączniku",
        "liitteenä lasku", "in allegato la fattura",
    ],
)  # fmt: skip
def test_a_promised_file_is_missed_in_every_language(text: str) -> None:
    assert keys(Letter([INGRID], subject="s", text=text)) == ["file"]
    assert keys(Letter([INGRID], subject="s", text=text, files=1)) == []


@pytest.mark.parametrize("text", ["an attack", "the bilayer", "Anlegestelle", "collegato", "I am detached"])
def test_words_that_only_look_so_promise_nothing(text: str) -> None:
    assert attachment_words.promise(text) == ""


def test_what_is_quoted_or_signed_promises_nothing() -> None:
    html = '<p>Thanks</p><div data-signature="1">attached</div><div data-quoted="1"><p>see attached</p></div>'
    assert keys(Letter([INGRID], subject="s", html=html)) == []


@pytest.mark.parametrize("local", ["noreply", "no-reply", "do_not_reply", "ikke-svar", "mailer-daemon"])
def test_addresses_that_nobody_reads(local: str) -> None:
    assert keys(Letter([Address("", f"{local}@shop.example.org")], subject="s")) == ["no_reply"]


@pytest.mark.parametrize("local", ["nora", "norbert.reply", "replies", "noah"])
def test_addresses_of_people_are_read(local: str) -> None:
    assert keys(Letter([Address("", f"{local}@shop.example.org")], subject="s")) == []


def test_a_new_outsider_among_colleagues_is_shown_and_one_of_the_thread_is_not() -> None:
    inside = {"our.example.com"}
    assert keys(Letter([KARI, INGRID], subject="s", inside=inside)) == ["outside"]
    assert keys(Letter([KARI, INGRID], subject="s", inside=inside, known={INGRID.address})) == []
    assert keys(Letter([KARI, OLA], subject="s", inside=inside)) == []


def test_many_in_to_and_cc_are_counted_and_bcc_is_not() -> None:
    crowd = [Address("", f"p{number}@shop.example.org") for number in range(21)]
    assert keys(Letter(crowd, subject="s")) == ["many"]
    assert keys(Letter(bcc=crowd, subject="s")) == []


@pytest.mark.parametrize("typed", ["gmial.com", "gmai.com", "gmaill.com", "gmail.con", "hotmial.com", "outlok.com"])
def test_slips_of_well_known_domains(typed: str) -> None:
    assert near_domains.one_slip_away(typed) & near_domains.PROVIDERS


@pytest.mark.django_db
def test_a_domain_that_writes_to_us_is_no_slip_and_corrects_others(now: datetime) -> None:
    correspondents.note(None, [(INGRID, now), (Address("", "a@gmal.com"), now)], has_written=True)
    found = checks.corrections({"fjel.example.net", "gmal.com", "gmial.com", "faraway.example.org"})
    assert found == {"fjel.example.net": "fjell.example.net", "gmial.com": "gmail.com"}


@pytest.mark.parametrize("text", ["Ingrid", "a@", "@b.org", "a b@c.org", "a@b..org", "a@.org"])
def test_what_no_server_takes_has_its_reason(text: str) -> None:
    assert checks.fault(text)


@pytest.mark.parametrize("text", ["a@b.org", "æøå@blåbær.no", "a+b@c.example.org"])
def test_what_servers_take_has_none(text: str) -> None:
    assert checks.fault(text) == ""
