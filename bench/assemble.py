"""Assembling alone: the bytes of the sending bench's letter by `mime.build`, `EmailMessage` and Django."""

import sys
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from bench.contenders import Contender, Meter, Table, race
from bench.send_letter import NOW, assembled, html, text

TITLE = "Assembling a letter of text and HTML"


def bench(small: bool) -> list[Table]:
    """The assemblers over the same letters."""
    count = 300 if small else 5000
    contenders = [
        Contender(name, [sys.executable, "-m", "bench.assemble", name, str(count)], yardstick=name == "EmailMessage")
        for name in ASSEMBLERS
    ]
    table = race("assemble", TITLE, contenders)
    notes = [f"mailroom is {table.row('mailroom').ratio:.1f} × EmailMessage (asked: at least 10)"]
    return [Table(table.name, table.title, table.count, table.rounds, table.yardstick, table.rows, notes)]


def email_message(number: int) -> bytes:
    """By the standard library."""
    message = EmailMessage(policy=policy.SMTP)
    message["Date"] = format_datetime(NOW)
    message["From"] = "Hub <hub@hub.example>"
    message["To"] = f"Customer {number} Müller <user{number}@acme.example>"
    message["Subject"] = f"Invoice {number} für Müller"
    message["Message-ID"] = f"<{number}@hub.example>"
    message.set_content(text(number))
    message.add_alternative(html(number), subtype="html")
    return message.as_bytes()


def django(number: int) -> bytes:
    """By Django."""
    from django.conf import settings
    from django.core.mail import EmailMultiAlternatives

    if not settings.configured:
        settings.configure(USE_I18N=False)
    message = EmailMultiAlternatives(
        f"Invoice {number} für Müller",
        text(number),
        "Hub <hub@hub.example>",
        [f"Customer {number} Müller <user{number}@acme.example>"],
        headers={"Message-ID": f"<{number}@hub.example>", "Date": format_datetime(NOW)},
    )
    message.attach_alternative(html(number), "text/html")
    return message.message().as_bytes(linesep="\r\n")


ASSEMBLERS: dict[str, Callable[[int], bytes]] = {
    "EmailMessage": email_message,
    "Django": django,
    "mailroom": assembled,
}


def case(name: str, count: int) -> None:
    """One assembler over all letters."""
    run = ASSEMBLERS[name]
    run(0)
    size = 0
    with Meter() as meter:
        for number in range(count):
            size += len(run(number))
    meter.report(count, size)


if __name__ == "__main__":
    case(sys.argv[1], int(sys.argv[2]))
