"""Ten thousand letters of a business, the same on every machine: the mail that benches receive, parse and send.

Half are below 15 KB, one in five carries files, and the mean is about 140 KB. Four in ten answer an earlier letter.
The bytes are written by hand, not by a mail library, so that charsets and encodings are those of many programs.
"""

import base64
import functools
import quopri
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from bench import contenders

SEED = 20261124
BEGINNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
NOISE = 4 << 20
SPEECHES = {
    "en": (
        "utf-8",
        "the invoice for your order is attached please confirm that payment reached us before the due date",
    ),
    "us": (
        "us-ascii",
        "we would like to schedule a call about the contract renewal and discuss the new prices next week",
    ),
    "nb": ("iso-8859-1", "vedlagt følger fakturaen vår for bestillingen på kroner og øre med forfall på fredag hilsen"),
    "de": (
        "windows-1252",
        "anbei erhalten Sie unser Angebot über die gewünschte Menge mit freundlichen Grüßen für Straße",
    ),
    "fr": ("utf-8", "veuillez trouver ci-joint la pièce demandée réglée à l’échéance très cordialement société"),
    "ru": ("koi8-r", "счёт за поставку прилагается просим подтвердить получение и срок оплаты с уважением менеджер"),
    "ja": (
        "iso-2022-jp",
        "お世話になっております 請求書 を 添付 いたします ご確認 よろしく お願い いたします 株式会社",
    ),
    "zh": ("gb2312", "您好 请确认 附件 发票 订单 合同 价格 数量 谢谢 经理 下周 会议"),
}
NAMES = (
    "Kari Nordmann",
    "Åse Bjørnstad",
    "Jürgen Müller",
    "Françoise Léger",
    "Иван Петров",
    "田中 太郎",
    "John O'Neil",
)
DOMAINS = ("fjord.example", "kontor.example", "spedition.example", "atelier.example", "example.org")
FILES = (("application/pdf", "pdf"), ("image/png", "png"), ("application/zip", "zip"), ("text/csv", "csv"))


def make(count: int) -> list[Path]:
    """The first `count` letters as files, written where they are not there yet."""
    folder = contenders.root() / f"letters-{SEED}"
    folder.mkdir(exist_ok=True)
    files = [folder / f"{number:06}.eml" for number in range(count)]
    if not all(file.exists() for file in files[-1:]):
        writer = Writer()
        for file in files:
            draft = file.with_suffix(".part")
            draft.write_bytes(writer.letter())
            draft.rename(file)
    return files


def bytes_of(count: int) -> int:
    """The size of the first `count` letters together."""
    return sum(file.stat().st_size for file in make(count))


class Writer:
    """Writes one letter after the other."""

    def __init__(self, seed: int = SEED) -> None:
        self.chance = random.Random(seed)
        self.noise = self.chance.randbytes(NOISE)
        self.number = 0
        self.threads: list[tuple[list[str], str, str]] = []
        self.kinds: tuple[tuple[Callable[[str, str], bytes], int], ...] = (
            (self._plain, 28),
            (self._both, 38),
            (self._with_files, 20),
            (self._with_picture, 6),
            (self._invitation, 2),
            (self._forwarded, 2),
            (self._bounce, 2),
            (self._absence, 2),
        )

    def letter(self) -> bytes:
        """The bytes of the next letter."""
        self.number += 1
        write = self.chance.choices([kind for kind, _weight in self.kinds], [weight for _kind, weight in self.kinds])[0]
        own = f"<{self.number}.{self.chance.getrandbits(48):x}@{self.chance.choice(DOMAINS)}>"
        if self.threads and self.chance.random() < 0.4:
            links, subject, language = self.chance.choice(self.threads[-400:])
            fields = [f"In-Reply-To: {links[-1]}", "References: " + "\r\n ".join(links[-12:])]
            links.append(own)
            subject = f"Re: {subject}"
        else:
            language = self.chance.choices(list(SPEECHES), (34, 20, 14, 12, 8, 5, 4, 3))[0]
            subject, fields = self._sentence(language, 6), []
            self.threads.append(([own], subject, language))
        charset = SPEECHES[language][0]
        return self._header(own, subject, charset, fields) + write(language, charset)

    def _header(self, own: str, subject: str, charset: str, fields: list[str]) -> bytes:
        date = format_datetime(BEGINNING + timedelta(minutes=7 * self.number))
        lines = [
            f"Received: from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{self.chance.randint(1, 254)}])\r\n"
            f"\tby in{hop}.example.net with ESMTPS id {self.chance.getrandbits(40):X}\r\n"
            f"\tfor <post@hub.example>; {date}"
            for hop in range(self.chance.randint(2, 5))
        ]
        sender = f"user{self.chance.randint(1, 900)}@{self.chance.choice(DOMAINS)}"
        lines += [
            f"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=k; bh={self._base64(32)};\r\n\tb={self._base64(256)}",
            f"From: {self._word(self.chance.choice(NAMES), 'utf-8')} <{sender}>",
            "To: Post <post@hub.example>" + "".join(f",\r\n\tuser{n}@hub.example" for n in range(self.number % 4)),
            f"Subject: {self._word(subject, charset)}",
            f"Date: {date}",
            f"Message-ID: {own}",
            *fields,
            "MIME-Version: 1.0",
        ]
        return ("\r\n".join(lines) + "\r\n").encode()

    def _base64(self, size: int) -> str:
        return base64.b64encode(self.chance.randbytes(size)).decode()

    def _word(self, text: str, charset: str) -> str:
        """Encoded words (RFC 2047), a few characters each."""
        if text.isascii():
            return text
        pieces = [text[start : start + 12] for start in range(0, len(text), 12)]
        encoded = [base64.b64encode(piece.encode(charset, "replace")).decode() for piece in pieces]
        return "\r\n ".join(f"=?{charset}?B?{piece}?=" for piece in encoded)

    def _sentence(self, language: str, words: int) -> str:
        return " ".join(self.chance.choices(SPEECHES[language][1].split(), k=words)).capitalize()

    def _text(self, language: str) -> str:
        words = int(min(6000, max(30, self.chance.lognormvariate(6.0, 0.8))))
        lines = [self._sentence(language, 12) + "." for _line in range(words // 12 + 1)]
        quoted = [f"> {line}" for line in lines[: self.chance.randint(0, 20)]]
        return "\r\n".join([*lines, "", "-- ", "Kari Nordmann, +47 00 00 00 00", "", *quoted, ""])

    def _html(self, text: str) -> str:
        style = "".join(f".c{n} {{ color:#{self.chance.randrange(1 << 24):06x}; margin:{n}px }}\r\n" for n in range(20))
        rows = "".join(
            f'<p class="MsoNormal c{n % 20}"><span>{line}</span></p>\r\n' for n, line in enumerate(text.split("\r\n"))
        )
        return f"<html><head><style>{style}</style></head><body><div>\r\n{rows}</div></body></html>\r\n"

    def _text_part(self, text: str, kind: str, charset: str) -> bytes:
        raw = text.encode(charset, "replace")
        if charset in {"us-ascii", "iso-2022-jp"}:
            encoding, content = "7bit", raw
        elif charset in {"koi8-r", "gb2312"} or self.number % 5 == 0:
            encoding, content = "base64", base64.encodebytes(raw).replace(b"\n", b"\r\n")
        else:
            encoding = "quoted-printable"
            content = quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        head = f'Content-Type: text/{kind}; charset="{charset}"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
        return head.encode() + content

    def _multipart(self, kind: str, *parts: bytes) -> bytes:
        boundary = f"=_{kind}_{self.number}_{self.chance.getrandbits(48):x}"
        inside = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
        head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\nA message in several parts.\r\n'
        return head.encode() + inside + f"--{boundary}--\r\n".encode()

    def _file(self, size: int, disposition: str = "attachment", extra: str = "") -> bytes:
        kind, extension = self.chance.choices(FILES, (50, 25, 15, 10))[0]
        start = self.chance.randrange(NOISE - size)
        name = self.chance.choice(["faktura", "Übersicht", "report", "счёт"]) + f"-{self.number}.{extension}"
        head = (
            f'Content-Type: {kind};\r\n name="{self._word(name, "utf-8")}"\r\n'
            f'Content-Disposition: {disposition};\r\n filename="{self._word(name, "utf-8")}"\r\n{extra}'
            "Content-Transfer-Encoding: base64\r\n\r\n"
        )
        return head.encode() + base64.encodebytes(self.noise[start : start + size]).replace(b"\n", b"\r\n")

    def _plain(self, language: str, charset: str) -> bytes:
        return self._text_part(self._text(language), "plain", charset)

    def _both(self, language: str, charset: str) -> bytes:
        text = self._text(language)
        html = self._text_part(self._html(text), "html", charset)
        return self._multipart("alternative", self._text_part(text, "plain", charset), html)

    def _with_files(self, language: str, charset: str) -> bytes:
        sizes = [
            int(min(2_000_000, max(50_000, self.chance.lognormvariate(12.3, 1.0))))
            for _file in range(self.chance.choices((1, 2, 3), (75, 18, 7))[0])
        ]
        return self._multipart("mixed", self._both(language, charset), *map(self._file, sizes))

    def _with_picture(self, language: str, charset: str) -> bytes:
        picture = functools.partial(self._file, disposition="inline", extra=f"Content-ID: <logo{self.number}@hub>\r\n")
        return self._multipart("related", self._both(language, charset), picture(self.chance.randint(2000, 24_000)))

    def _invitation(self, language: str, charset: str) -> bytes:
        event = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
            f"UID:{self.number}@example.org\r\nDTSTAMP:20260105T080000Z\r\nDTSTART:20260112T090000Z\r\n"
            "DTEND:20260112T100000Z\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        part = b'Content-Type: text/calendar; charset="utf-8"; method=REQUEST\r\n\r\n' + event.encode()
        return self._multipart("alternative", self._plain(language, charset), part)

    def _forwarded(self, language: str, charset: str) -> bytes:
        inner = self._header(f"<inner{self.number}@example.org>", "Before", charset, []) + self._plain(
            language, charset
        )
        return self._multipart("mixed", self._both(language, charset), b"Content-Type: message/rfc822\r\n\r\n" + inner)

    def _bounce(self, _language: str, _charset: str) -> bytes:
        report = (
            b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
            b"Final-Recipient: rfc822; gone@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n"
        )
        original = b"Content-Type: text/rfc822-headers\r\n\r\n" + self._header(
            "<sent@hub.example>", "Order", "utf-8", []
        )
        told = self._text_part("Your message could not be delivered.\r\n", "plain", "us-ascii")
        return self._multipart("report", told, report, original)

    def _absence(self, _language: str, _charset: str) -> bytes:
        text = self._text_part("I am out of office until Monday.\r\n", "plain", "utf-8")
        return b"Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\n" + text
