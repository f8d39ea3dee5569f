"""What the sender wrote: the body without quoted mail and signature. The whole body is always kept beside it."""

import re

# The line that introduces quoted mail, in the languages of our users and many more.
ATTRIBUTION = re.compile(
    r"^(?:"
    r"(?:On|Am|Den|Le|El|Il|Op|Dnia|W dniu|Em|På|Dne|Em|Pada|Vào|2\d{3}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\w{2,4}\.? \d{1,2}\.? ?\w{3,9}\.? \d{4}).{0,300}?"
    r"(?:wrote|writes|schrieb|skrev|skreiv|kirjoitti|a écrit|ha scritto|escribió|schreef|napisał\(?a?\)?|escreveu|napsal\(?a?\)?)"
    r".{0,80}?[:：]?"
    r"|.{3,200}(?:wrote|schrieb|skrev|skreiv|kirjoitti|a écrit|ha scritto|escribió|schreef|napisał\(?a?\)?|escreveu)\s*[:：]"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
DIVIDER = re.compile(
    r"^\s*(?:[-_]{2,}\s*(?:Original (?:Message|Appointment)|Opprinnelig melding|Ursprungligt meddelande|Ursprüngliche Nachricht|"
    r"Original[ -]?besked|Oprindelig meddelelse|Message d'origine|Messaggio originale|Mensaje original|Oorspronkelijk bericht|"
    r"Alkuperäinen viesti|Wiadomość oryginalna|Mensagem original|Forwarded message|Videresendt melding|Weitergeleitete Nachricht"
    r"|Reply (?:above|message)|Original Text).*|_{10,}|={20,}\s*)\s*$",
    re.IGNORECASE,
)
FIELD = re.compile(
    r"^\s*[*>]*\s*\**(From|Fra|Från|Von|De|Da|Van|Lähettäjä|Od|Lähetetty|Sent|Sendt|Skickat|Gesendet|Envoyé|Inviato|Enviado|Verzonden|Wysłano"
    r"|To|Til|Till|An|À|A|Para|Aan|Do|Vastaanottaja|Subject|Emne|Ämne|Betreff|Objet|Oggetto|Asunto|Onderwerp|Aihe|Temat|Assunto|Date|Dato|Datum)"
    r"\**\s*:\**\s",
    re.IGNORECASE,
)
SIGNATURE = re.compile(
    r"^(?:-- ?|__ ?|—\s?|(?:Sent|Sendt|Skickat|Gesendet|Von meinem|Envoyé|Inviato|Enviado|Verzonden|Verstuurd|Lähetetty|Wysłane|Hentet|Get) "
    r"(?:from|fra|från|von|iPhone|depuis|de|dal?|desde|vanaf|van|iPad|z|Outlook for|Android|puhelimesta|meinem).{0,60})\s*$",
    re.IGNORECASE,
)
LONGEST = 200_000


def reply_text(text: str, html: str = "") -> str:
    """The new part of a body: up to the first quoted mail that nothing new follows, without its signature."""
    lines = _folded_attributions(text[:LONGEST].replace("\r\n", "\n").split("\n"))
    lines = lines[: _end_of_new(lines)]
    lines = [line for line in lines if not line.lstrip().startswith(">")]
    while lines and (not lines[-1].strip() or ATTRIBUTION.match(lines[-1].strip())):
        lines.pop()
    lines = lines[: _signature_start(lines)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _folded_attributions(lines: list[str]) -> list[str]:
    """QUIRK: Gmail and others wrap the attribution over two or three lines."""
    folded: list[str] = []
    place = 0
    while place < len(lines):
        for count in (1, 2, 3):
            joined = " ".join(line.strip() for line in lines[place : place + count])
            if (
                len(joined) < 400
                and ATTRIBUTION.match(joined)
                and (count == 1 or not ATTRIBUTION.match(lines[place].strip()))
            ):
                folded.append(joined)
                place += count
                break
        else:
            folded.append(lines[place])
            place += 1
    return folded


def _end_of_new(lines: list[str]) -> int:
    """The line at which quoted mail begins and nothing new follows."""
    for place, line in enumerate(lines):
        bare = line.strip()
        if DIVIDER.match(line):
            following = [item for item in lines[place + 1 : place + 5] if item.strip()]
            if "_____" not in bare or any(FIELD.match(item) for item in following[:2]):
                return place
        if _header_block(lines, place):
            return place
        if ATTRIBUTION.match(bare) and len(bare) < 400 and _only_quotes_follow(lines, place + 1):
            return place
    return len(lines)


def _header_block(lines: list[str], place: int) -> bool:
    """QUIRK: Outlook quotes by a block of From, Sent, To and Subject lines without any mark."""
    if not FIELD.match(lines[place]):
        return False
    following = [line for line in lines[place : place + 8] if line.strip()]
    return sum(1 for line in following[:5] if FIELD.match(line)) >= 3


def _only_quotes_follow(lines: list[str], start: int) -> bool:
    rest = [line for line in lines[start:] if line.strip()]
    if not rest or not rest[0].lstrip().startswith(">"):
        return True
    return all(line.lstrip().startswith(">") for line in rest) or False


def _signature_start(lines: list[str]) -> int:
    for place, line in enumerate(lines):
        if place and SIGNATURE.match(line):
            return place
        if not place and SIGNATURE.match(line) and line.strip() in {"--", "__"}:
            return place
    return len(lines)
