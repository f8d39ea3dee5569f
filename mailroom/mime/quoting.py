"""How quoted mail is introduced, in the language of whoever reads it."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date, format_time


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words; `wrote` holds the places date, time and who."""

    wrote: str
    forwarded: str
    sender: str
    date: str
    subject: str
    to: str


LANGUAGES: dict[str, Words] = {
    "en": Words("On {date} at {time}, {who} wrote:", "Forwarded message", "From", "Date", "Subject", "To"),
    "nb": Words("Den {date} kl. {time} skrev {who}:", "Videresendt melding", "Fra", "Dato", "Emne", "Til"),
    "nn": Words("Den {date} kl. {time} skreiv {who}:", "Vidaresendt melding", "Frå", "Dato", "Emne", "Til"),
    "sv": Words("Den {date} kl. {time} skrev {who}:", "Vidarebefordrat meddelande", "Från", "Datum", "Ämne", "Till"),
    "da": Words("Den {date} kl. {time} skrev {who}:", "Videresendt besked", "Fra", "Dato", "Emne", "Til"),
    "de": Words("Am {date} um {time} schrieb {who}:", "Weitergeleitete Nachricht", "Von", "Datum", "Betreff", "An"),
    "fr": Words("Le {date} à {time}, {who} a écrit :", "Message transféré", "De", "Date", "Objet", "À"),
    "es": Words("El {date} a las {time}, {who} escribió:", "Mensaje reenviado", "De", "Fecha", "Asunto", "Para"),
    "nl": Words("Op {date} om {time} schreef {who}:", "Doorgestuurd bericht", "Van", "Datum", "Onderwerp", "Aan"),
    "pl": Words("Dnia {date} o {time} {who} napisał(a):", "Wiadomość przekazana", "Od", "Data", "Temat", "Do"),
    "fi": Words(
        "{date} kello {time} {who} kirjoitti:", "Välitetty viesti", "Lähettäjä", "Päivä", "Aihe", "Vastaanottaja"
    ),
    "it": Words("Il {date} alle {time}, {who} ha scritto:", "Messaggio inoltrato", "Da", "Data", "Oggetto", "A"),
}
OTHER_NAMES = {"no": "nb", "se": "sv", "dk": "da"}


def language(*wanted: str) -> str:
    """The first of the language tags that we have words for, else English."""
    for tag in wanted:
        short = tag.lower().replace("_", "-").split("-")[0]
        short = OTHER_NAMES.get(short, short)
        if short in LANGUAGES:
            return short
    return "en"


def attribution(tag: str, moment: datetime, who: str) -> str:
    """The line above a quoted mail; `moment` is in the zone that its time is told in."""
    chosen = language(tag)
    date, time = _moment(chosen, moment)
    return LANGUAGES[chosen].wrote.format(date=date, time=time, who=who)


def forwarded(tag: str, moment: datetime, who: str, subject: str, to: str) -> str:
    """The block above a forwarded mail: a mark, then its From, Date, Subject and To."""
    chosen = language(tag)
    words = LANGUAGES[chosen]
    date, time = _moment(chosen, moment)
    rows = (
        f"---------- {words.forwarded} ----------",
        f"{words.sender}: {who}",
        f"{words.date}: {date} {time}",
        f"{words.subject}: {subject}",
        f"{words.to}: {to}",
    )
    return "\n".join(rows)


def _moment(tag: str, moment: datetime) -> tuple[str, str]:
    locale = "en_GB" if tag == "en" else tag
    return format_date(moment, "long", locale=locale), format_time(moment, "HH:mm", locale=locale)
