"""Which messages a machine wrote, and of which kind (RFC 3834, RFC 2919, RFC 8098)."""

import re
from collections.abc import Mapping

from mailroom.mime import bounces
from mailroom.mime.message import Automatic, Bounce
from mailroom.mime.parts import TNEF, Walked
from mailroom.mime.tree import Part

NO_REPLY = re.compile(
    r"^(no|do[-_.]?not|ne|ikke|ingen|nicht|nao|não)[-_.]?(reply|svar|svara|antworten|responder|repondre)", re.IGNORECASE
)
SYSTEM = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|maildaemon|double-bounce)@", re.IGNORECASE)
# For a subject in lower case: a search without case is several times as slow.
AWAY_WORDS = (
    r"(?:out[ -]of[ -](?:the[ -])?office|automatic reply|auto[- ]?reply|auto[- ]?response|autosvar|automatiskt? svar|fravær|frånvaro|"
    r"ikke til stede|ikkje til stades|abwesenheit|abwesend\b|automatische antwort|poissa\b|automaattinen|automatisch antwoord|"
    r"afwezig|absence du bureau|réponse automatique|fuori ufficio|risposta automatica|fuera de la oficina|respuesta automática|"
    r"nieobecno|odpowiedź automatyczna|autoodpowied|away from (?:the )?office|on vacation)"
)
AWAY = re.compile(AWAY_WORDS)
# Where no field says so, the words stand alone or before a colon: "Absence in week 40?" is a person's.
AWAY_ALONE = re.compile(rf"\W*{AWAY_WORDS}\w*(?:(?: \w+)?\s*:|$)")
PERSONAL = Automatic()
# Fields that programs write, as far as they are looked at here.
MACHINE_FIELDS = frozenset(
    "auto-submitted x-autoreply x-autorespond precedence list-id list-post list-unsubscribe return-path".split()
)
CALENDAR_MAIL = frozenset({"multipart/alternative", "text/calendar", "multipart/mixed"}) | TNEF
LIST_FIELDS = ("list-id", "list-post", "list-unsubscribe", "x-mailman-version", "x-beenthere")


def kind(tree: Part, fields: Mapping[str, str], walked: Walked, bounce: Bounce | None = None) -> Automatic:
    """The kind of automatic mail, or `none`; `fields` are the first header fields by lower-case name."""
    if walked.reports or "report-type" in tree.parameters:
        found = _report(tree, walked)
        if found is not None:
            return found
    if _is_hotmail_complaint(fields, walked):
        return Automatic("complaint", "complaint of a feedback loop")
    if bounce is not None and bounce.recipients:
        return Automatic("bounce", "names whom it did not reach")
    sender = fields.get("from", "")
    if bounces.from_machine(sender.lower()) and bounces.looks_like_bounce(fields, walked):
        return Automatic("bounce", "sent by a mail system")
    address = sender[sender.find("<") + 1 :].strip("<> ")
    if SYSTEM.match(address) or "x-failed-recipients" in fields:
        return Automatic("bounce", "sent by a mail system")
    if walked.calendars and tree.kind in CALENDAR_MAIL:
        return Automatic("calendar", "calendar part")
    return _by_fields(fields, address)


def _report(tree: Part, walked: Walked) -> Automatic | None:
    """What the parts of a multipart/report say, or its type alone."""
    reports = {name for name, _content in walked.reports}
    report_type = tree.parameters.get("report-type", "").lower()
    if "message/feedback-report" in reports or report_type == "feedback-report":
        return Automatic("complaint", "feedback report")
    if "message/disposition-notification" in reports or report_type == "disposition-notification":
        return Automatic("read-receipt", "disposition notification")
    if "message/delivery-status" in reports or report_type == "delivery-status":
        return Automatic("bounce", "delivery status report")
    return None


def _is_hotmail_complaint(fields: Mapping[str, str], walked: Walked) -> bool:
    """QUIRK: Microsoft's feedback loop sends the mail complained of, under this subject and no report part (not ARF)."""
    about = fields.get("subject", "").strip().lower().startswith("complaint about message from")
    return about and any(file.type == "message/rfc822" for file in walked.files)


def _by_fields(fields: Mapping[str, str], address: str) -> Automatic:
    if MACHINE_FIELDS.isdisjoint(fields) and not AWAY.search(fields.get("subject", "").lower()):
        return Automatic("bulk", "nobody reads answers to its sender") if NO_REPLY.match(address) else PERSONAL
    submitted = fields.get("auto-submitted", "no").partition(";")[0].strip().lower()
    subject = fields.get("subject", "")
    said = AWAY.search(subject.lower()) is not None
    away = said or "(vacation)" in submitted
    if (
        submitted.startswith("auto-replied")
        or fields.get("x-autoreply", "").lower() in {"yes", "true"}
        or "x-autorespond" in fields
    ):
        return Automatic(
            "out-of-office" if away else "auto-reply", "Auto-Submitted" if submitted != "no" else "X-Autoreply"
        )
    if away and (
        "in-reply-to" in fields or "precedence" in fields or submitted != "no" or "x-auto-response-suppress" in fields
    ):
        return Automatic("out-of-office", "subject")
    found = next((name for name in LIST_FIELDS[:2] if name in fields), "")
    if found or fields.get("precedence", "").lower() == "list":
        return Automatic("list", found or "precedence")
    if fields.get("precedence", "").lower() in {"bulk", "junk"} or "list-unsubscribe" in fields:
        return Automatic("bulk", "Precedence" if "precedence" in fields else "List-Unsubscribe")
    if submitted not in {"", "no"}:
        return Automatic("auto-reply", "Auto-Submitted")
    if said and AWAY_ALONE.match(subject.lower()):
        return Automatic("out-of-office", "subject")
    if fields.get("return-path", "x").strip() == "<>" or NO_REPLY.match(address):
        return Automatic("bulk", "nobody reads answers to its sender")
    return Automatic()
