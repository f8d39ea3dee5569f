"""The letter that every sender of the sending bench sends: about ten kilobytes of HTML, with a text beside it."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

PARAGRAPH = "Please find the invoice of this month below; the terms of payment are as agreed in our contract. " * 14
ROWS = "".join(f"<tr><td>order of goods and services number {row}</td><td>{row}.00</td></tr>\n" for row in range(70))


def html(number: int) -> str:
    """About ten kilobytes of a personal letter."""
    return f"<html><body><p>Dear customer {number} Müller,</p><p>{PARAGRAPH}</p><table>{ROWS}</table></body></html>"


def text(number: int) -> str:
    """The same in plain text."""
    return f"Dear customer {number} Müller,\n\n{PARAGRAPH}\n\nTotal: {number}.50\n"


def assembled(number: int) -> bytes:
    """The letter's bytes by our own assembler, which peers' environments have not."""
    from mailroom.mime import build
    from mailroom.mime.message import Address

    return build.build(
        build.Outgoing(
            from_=Address("Hub", "hub@hub.example"),
            to=(Address(f"Customer {number} Müller", f"user{number}@acme.example"),),
            subject=f"Invoice {number} für Müller",
            message_id=f"{number}@hub.example",
            date=NOW,
            text=text(number),
            html=html(number),
        )
    )
