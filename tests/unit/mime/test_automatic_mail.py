"""What a machine wrote is told from what a person wrote, also where a mail program says it only in words."""

import pytest

from mailroom.mime import parse

AWAY = [
    "Automatic reply: Offer",
    "Out of Office: Offer",
    "Out of the office Re: Offer",
    "Autosvar: Tilbud",
    "Automatisk svar: Tilbud",
    "Ikke til stede: Tilbud",
    "Fraværsmelding: Tilbud",
    "Automatiskt svar: Offert",
    "Frånvaro: Offert",
    "Automaattinen vastaus: Tarjous",
    "Poissa: Tarjous",
    "Automatische Antwort: Angebot",
    "Abwesend: Angebot",
    "Automatisch antwoord: Offerte",
    "Afwezig: Offerte",
    "Réponse automatique : Offre",
    "Respuesta automática: Oferta",
    "Risposta automatica: Offerta",
    "Odpowiedź automatyczna: Oferta",
]
BY_PEOPLE = [
    ("Fravær i uke 40?", ""),
    ("Vacation plans 2027", ""),
    ("I am away next week", ""),
    ("Undelivered parcel", "It could not be delivered to the following address:\n\nStorgata 1"),
    ("Re: Undeliverable: Offer", "I got 550 5.1.1 user unknown for per@cust.example, can you check?"),
    ("Fwd: Undelivered Mail Returned to Sender", "From: MAILER-DAEMON@x\n\n<per@cust.example>: 550 User unknown"),
    ("VS: Undelivered Mail Returned to Sender", "From: MAILER-DAEMON@x\n\n<per@cust.example>: 550 User unknown"),
]


def kind(subject: str, text: str = "Hei.", fields: str = "") -> str:
    """The kind of a mail from Per."""
    head = (
        f"From: Per <per@cust.example>\r\nTo: sales@acme.example\r\nSubject: {subject}\r\n{fields}Message-ID: <n@x>\r\n"
    )
    return parse.parse(f"{head}\r\n{text}".encode()).automatic.kind


@pytest.mark.parametrize("subject", AWAY)
def test_an_out_of_office_is_known_by_its_subject_in_each_language(subject: str) -> None:
    """Programs that set no field of RFC 3834."""
    assert kind(subject) == "out-of-office"


@pytest.mark.parametrize(("subject", "text"), BY_PEOPLE)
def test_what_people_write_about_such_things_is_theirs(subject: str, text: str) -> None:
    """Absences, parcels and bounces that somebody speaks of or passes on."""
    assert kind(subject, text) == "none"


def test_the_comment_of_vacation_programs_makes_an_out_of_office() -> None:
    """`auto-replied (vacation)`, as Sieve implementations write it (RFC 5230, RFC 3834 §5)."""
    assert kind("Re: Offer", fields="Auto-Submitted: auto-replied (vacation)\r\n") == "out-of-office"
    assert kind("Re: Offer", fields="Auto-Submitted: auto-replied\r\n") == "auto-reply"
