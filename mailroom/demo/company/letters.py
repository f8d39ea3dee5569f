"""A line of a conversation as the mail that an outsider's mail program makes of it."""

import zlib
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from mailroom.demo.company import cast, files
from mailroom.demo.company.scripts import Conversation, Line
from mailroom.demo.mail_world import customers

PREFIXES = {"nb": "SV: ", "sv": "SV: ", "fi": "VS: ", "de": "AW: ", "en": "Re: "}


def signed(text: str, person: cast.Person, language: str) -> str:
    """The text with a closing and the writer's name under it."""
    foot = [cast.CLOSINGS[language], person.name, *([person.title] if person.title else []), person.company]
    return "\n".join([text, "", *dict.fromkeys(foot)])


def quoted(text: str, writer: str) -> str:
    """The mail that is answered, below its attribution."""
    return "\n".join([f"{writer}:", *(f"> {line}".rstrip() for line in text.splitlines())])


def message_id(conversation: Conversation, at: int, domain: str) -> str:
    """The same Message-ID in every demo, so that links between mails hold; without angle brackets."""
    return f"{zlib.crc32(f'{conversation.key}/{at}'.encode()):08x}.{at}@{domain}"


def incoming(conversation: Conversation, at: int, known: Sequence[str], before: str) -> tuple[str, bytes]:
    """The Message-ID and the bytes of the mail at place `at`; `known`: the Message-IDs of the conversation so far."""
    line, person = conversation.lines[at], cast.outsiders()[conversation.other]
    own = message_id(conversation, at, person.address.rpartition("@")[2])
    mail = EmailMessage(policy=customers.POLICY)
    mail["From"] = f'"{person.name}" <{person.address}>'
    mail["To"] = cast.everything()["accounts"][conversation.account]["address"]
    mail["Subject"] = (PREFIXES[person.language] if at else "") + conversation.subject
    mail["Date"] = format_datetime(line.at)
    mail["Message-ID"] = f"<{own}>"
    if known:
        mail["In-Reply-To"] = f"<{known[-1]}>"
        mail["References"] = " ".join(f"<{one}>" for one in known)
    for name, value in conversation.headers.items():
        mail[name] = value
    text = signed(line.text, person, person.language)
    _fill(mail, conversation, line, f"{text}\n\n{before}" if before else text)
    return own, mail.as_bytes(policy=customers.POLICY)


def _fill(mail: EmailMessage, conversation: Conversation, line: Line, text: str) -> None:
    mail.set_content(text + "\n", charset=conversation.charset, cte="quoted-printable")
    if line.html:
        mail.add_alternative(line.html, subtype="html", cte="quoted-printable")
    for name in line.files:
        made = files.make(name, conversation.subject, line.at)
        main, _, sub = made.content_type.partition("/")
        options = {"method": "REQUEST"} if sub == "calendar" else {}
        mail.add_attachment(made.content, maintype=main, subtype=sub, filename=name, params=options)
