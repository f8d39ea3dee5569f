"""The lines that introduce quoted mail, in the languages of our users and many more."""
# ruff: noqa: E501, RUF001 - a pattern is read best on the line of its words

import re

VERB = (
    r"(?:wrote|writes|schrieb|schreibt|skrev|skreiv|skriver|kirjoitti|a écrit|ha scritto|escribió|schreef|napisała?|"
    r"napisał\(a\)|pisze|napisana przez|geschreven|skriver|escreveu|napsala?|napsal\(a\)|написала?|пишет|писала?|пише|написа|yazdı|írta|a scris|έγραψε|kirjutas|"
    r"rakstīja|rašė|je napisao|je napisal|đã viết|menulis|ha escrit)"
)
OPENER = (
    r"(?:On|Am|Den|Le|El|Il|Op|Dnia|W dniu|Em|På|Dne|Pada|Vào|Tor|Fre|Man|Tir|Tirs|Ons|Lør|Søn|Mån|Tis|Ma|Ti|Ke|To|Pe|La|Su|"
    r"Pe|Στις|Kedd|A|V|Dana|U)"
)
VERB_WITHOUT_BLANKS = r"(?:写道|寫道|のメール|님이 작성)"  # languages whose words have none between them
MAILBOX = r"[^\s<>@\"]+@[^\s<>@\"]+"
DATE_FIRST = r"(?:\w{2,12}\.?,? )?(?:\d{1,4}[./ -]|\d{4}年)"
AFTER_VERB = r"(?:.{0,100}[:：>\])]|\W{0,3})"  # a sentence goes on; what introduces a quote ends
WITH_VERB = re.compile(
    rf"^\W{{0,4}}(?:{OPENER}\b.{{4,300}}?\b{VERB}(?!\w){AFTER_VERB}"
    rf"|.{{2,300}}?\b{VERB}(?!\w)[^!?]{{0,100}}[:：]"
    rf"|.{{6,300}}?{VERB_WITHOUT_BLANKS}.{{0,10}}"
    rf"|{DATE_FIRST}.{{4,300}}?\b{VERB}(?!\w){AFTER_VERB})\s*$",
    re.IGNORECASE,
)
WITHOUT_VERB = re.compile(rf"^\W{{0,4}}{DATE_FIRST}.{{4,200}}?[<(\s]*{MAILBOX}(?:\s*[>)\]]*\s*[:：]|\s*>)\s*$")
PLAUSIBLE = re.compile(rf"{MAILBOX}|\d{{1,2}}[:.]\d\d|\d{{4}}|<|>|\b\d{{1,2}}\b")
HINT = re.compile(rf"{VERB}|{VERB_WITHOUT_BLANKS}|[:：>]\s*$", re.IGNORECASE)
SENTENCE_BEFORE = re.compile(r"^[\w .'\"-]{2,60}? (?:wrote|schrieb|skrev|schreef)\s*:$", re.IGNORECASE)
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
LONGEST = 420
MOST_LINES = 7

WORDS = (
    r"Original Message|Original Appointment|Original e-?mail|Opprinnelig melding|Ursprungligt meddelande|Ursprüngliche Nachricht|"
    r"Ursprüngliche Mail|Original[ -]?besked|Oprindelig meddelelse|Oprindelig besked|Message d'origine|Message original|"
    r"Messaggio originale|Mensaje original|Oorspronkelijk bericht|Alkuperäinen viesti|Wiadomość oryginalna|Mensagem original|"
    r"Forwarded (?:message|by)|Videresendt (?:melding|besked)|Vidaresendt melding|Wiadomość przekazana|Przekazana wiadomość|Vidarebefordrat meddelande|Weitergeleitete Nachricht|"
    r"Message transféré|Messaggio inoltrato|Mensaje reenviado|Doorgestuurd bericht|Välitetty viesti|"
    r"Исходное сообщение|Пересылаемое сообщение|Původní zpráva|Eredeti üzenet|Reply message|Original Text"
)
DIVIDER = re.compile(
    rf"^[\s*>]*+(?:[-_=~\u2010-\u2015]{{2,}}\s*(?:{WORDS}).*|Begin forwarded message\s*:|Anfang der weitergeleiteten .*|"
    r"Start på vidarebefordrat .*|Début du message .*|\*?(?:Previous Replies|Previous discussion)\*?|"
    r"[-_#* ]*(?:Reply above this line|Please reply above|Svar over denne linjen|Bitte .* oberhalb dieser Linie).*)\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*(?:[-_=*]\s?){3,}\s*$")
FIELD = re.compile(
    r"^[\s*>]*(From|Fra|Frå|Från|Von|De|Da|Van|Lähettäjä|Od|Lähetetty|Sent|Sendt|Skickat|Gesendet|Envoyé|Inviato|Enviado(?: el)?|Enviada em"
    r"|Verzonden|Wysłano|To|Til|Till|An|À|A|Para|Aan|Do|Vastaanottaja|Subject|Emne|Ämne|Betreff|Objet|Oggetto|Asunto|Onderwerp"
    r"|Aihe|Temat|Assunto|Date|Dato|Datum|Data|Cc|Kopi|Kopia|От|Отправлено|Кому|Тема|Дата|Копия|Від|Надіслано|Odesláno|Předmět"
    r"|Komu|Feladó|Küldve|Címzett|Tárgy|Reply-To)\s?\*{0,2}\s*[:：]",
    re.IGNORECASE,
)


def is_attribution(line: str) -> bool:
    """Whether a line (or several joined) says who wrote the mail quoted below it."""
    bare = INVISIBLE.sub(" ", line).strip().strip("*_").strip()
    if not 6 < len(bare) < LONGEST or not HINT.search(bare):
        return False
    if WITHOUT_VERB.match(bare):
        return True
    return bool(WITH_VERB.match(bare) and PLAUSIBLE.search(bare)) or bool(SENTENCE_BEFORE.match(bare))


def fold(lines: list[str]) -> list[str]:
    """Lines with wrapped attributions joined. QUIRK: Gmail and others wrap them, some with blank lines between."""
    folded: list[str] = []
    place = 0
    hints = [HINT.search(line) is not None for line in lines]
    while place < len(lines):
        count = _length(lines, place, hints)
        folded.append(" ".join(" ".join(lines[place : place + count]).split()) if count > 1 else lines[place])
        place += count
    return folded


def _length(lines: list[str], place: int, hints: list[bool]) -> int:
    """How many lines an attribution that begins here takes; 1 when none does."""
    first = lines[place].strip()
    if (
        not any(hints[place : place + MOST_LINES])
        or not first
        or first.startswith(">")
        or not STARTS.match(INVISIBLE.sub("", first))
    ):
        return 1
    joined = ""
    for count in range(1, MOST_LINES):
        if place + count > len(lines) or len(joined) > LONGEST:
            return 1
        line = lines[place + count - 1].strip()
        if count > 1 and not lines[place + count - 2].strip() and WITH_DATE.match(line):
            return 1  # the attribution begins only here: what stands above the blank line is the sender's own
        joined = f"{joined} {line}".strip()
        if hints[place + count - 1] and is_attribution(joined):
            return count
    return 1


WITH_DATE = re.compile(rf"^\W{{0,4}}(?:{OPENER}\b|{DATE_FIRST})", re.IGNORECASE)
STARTS = re.compile(rf"^\W{{0,4}}(?:{OPENER}\b|{DATE_FIRST}|[^.!?]{{2,80}}<|[^.!?]{{2,60}}@)", re.IGNORECASE)


def is_header_block(lines: list[str], place: int) -> bool:
    """QUIRK: Outlook quotes by a block of From, Sent, To and Subject lines without any mark."""
    if not FIELD.match(INVISIBLE.sub("", lines[place])):
        return False
    following = [INVISIBLE.sub("", line) for line in lines[place : place + 10] if line.strip()]
    return sum(1 for line in following[:6] if FIELD.match(line)) >= 3
