"""Where a signature begins: RFC 3676's dashes, a rule, or the line that a mail program sets below a mail by itself.

A closing ("Kind regards, Anna") is the sender's own words and stays with them.
"""
# ruff: noqa: E501 - a pattern is read best on the line of its words

import re
from collections.abc import Sequence

DASHES = re.compile(r"^(?:-- ?|--\s*|__ ?|_{5,}|—)\s*$")
SENT = (
    r"(?:Sent|Sendt|Skicka(?:t|des)|Gesendet|Envoyé|Inviato|Enviad[oa]|Verzonden|Verstuurd|Lähetetty|Wysłan[eo]|"
    r"Отправлено|Надіслано|Odesláno|Posted|Diese Nachricht wurde|Von|Get|Hent|Skaffa|Hämta|Holen Sie sich|Télécharge[rz]?|"
    r"Obtener|Obtén|Scarica|Download|Pobierz|Hanki|Obter|Obtenir|Ottieni)"
)
PROGRAM = (
    r"(?:iPhon|iPad|iOS|Android|Samsung|Galaxy|Huawei|Xperia|Nokia|BlackBerry|Outlook|Windows|Yahoo|Gmail|Hotmail|"
    r"Proton ?Mail|Spark|Front|Thunderbird|K-9|Verizon|T-Mobile|\bMail(?: App)?\b|E-post|Courrier|Correo|Posta|Poczt|Почт|"
    r"smart ?(?:phone|telefon|puhelime)|puhelimest|mobile? (?:device|phone)|telefon|telefoon|teléfono|téléphone|"
    r"Mobilger|Handy|mobil(?:en|telefon)?\b)"
)
BY_A_PROGRAM = re.compile(
    rf"^(?:{SENT}\b(?=.{{0,90}}{PROGRAM})[^!?]{{3,110}}"
    r"|(?:Sent|Sendt|Skickat|Envoyé|Inviato|Enviado|Verzonden|Verstuurd) (?:from|via|with|fra|frå|från|de|depuis|dal?|desde|vanaf) "
    r"(?:my|min|mitt|mon|ma|mio|mi|meu|mijn)\b.{1,60}"
    r"|\w{4,12}から送信)\s*$",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[,;] (?:\w+ ){4}|\w[.!?] +(?!Please excuse)\w", re.IGNORECASE)
LINK = re.compile(r"<https?://[^<>\s]*>")
FARTHEST = 40  # lines before the end at which it may begin


def start(lines: Sequence[str]) -> int:
    """The line at which the signature begins; the number of lines where there is none.

    A divider on the first line is none, and one counts only near the end.
    """
    written = False
    for place, line in enumerate(lines):
        if len(lines) - place < FARTHEST and (written or not line.strip("-_ ")) and _opens(line):
            return place
        written = written or bool(line.strip())
    return len(lines)


def _opens(line: str) -> bool:
    """Whether a signature begins with this line; a whole sentence about iPhones does not."""
    if DASHES.match(line):
        return True
    words = LINK.sub("", line[:600])
    return bool(BY_A_PROGRAM.match(words) and not SENTENCE.search(words))
