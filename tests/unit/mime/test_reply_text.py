"""What a person wrote, told from what he answers, in the words and layouts of the mail programs of many countries."""
# ruff: noqa: E501, RUF001 - mail as its programs write it, in its own letters

import pytest

from mailroom.mime import bodies
from mailroom.mime.replies import reply_text

WRITTEN = "Takk, det ser bra ut.\n\nVi bestiller 40 stk."
QUOTED = "Dear Anna,\n\nPlease find the offer attached.\n\nBest\nPer"
MARKED = "\n".join(f"> {line}".rstrip() for line in QUOTED.split("\n"))
IN_HTML = "<p>Takk, det ser bra ut.</p><p>Vi bestiller 40 stk.</p>"
QUOTED_HTML = "<p>Dear Anna,</p><p>Please find the offer attached.</p>"

ATTRIBUTIONS = [
    "On Tue, Nov 24, 2026 at 9:12 AM Per Hansen <per@acme.example> wrote:",
    "On Tue, Nov 24, 2026 at 9:12 AM Per With a Name That Is Long <\nper.hansen.very.long@acme.example> wrote:",
    "On Tuesday, November 24th, 2026 at 9:12 AM, Per Hansen <per@acme.example> wrote:",
    "tir. 24. nov. 2026 kl. 09:12 skrev Per Hansen <per@acme.example>:",
    "tysdag 24. november 2026 kl. 09:12 skreiv Per Hansen <per@acme.example>:",
    "Den tis 24 nov. 2026 kl 09:12 skrev Per Hansen <per@acme.example>:",
    "Den 24-11-2026 kl. 09:12 skrev Per Hansen:",
    "ti 24. marrask. 2026 klo 9.12 Per Hansen (per@acme.example) kirjoitti:",
    "Op 24 nov. 2026, om 09:12 heeft Per Hansen <per@acme.example> het volgende geschreven:",
    "Am 24.11.26 um 09:12 schrieb Per Hansen:",
    "Le 24/11/2026 à 09:12, Per Hansen a écrit :",
    "El mar, 24 nov 2026 a las 9:12, Per Hansen (<per@acme.example>) escribió:",
    "Il giorno mar 24 nov 2026 alle ore 09:12 Per Hansen <per@acme.example> ha scritto:",
    "W dniu 24.11.2026 o 09:12, Per Hansen pisze:",
    "Wiadomość napisana przez Per Hansen <per@acme.example> w dniu 24 lis 2026, o godz. 09:12:",
    "Em ter., 24 de nov. de 2026 às 09:12, Per Hansen <per@acme.example> escreveu:",
    "вт, 24 нояб. 2026 г. в 09:12, Per Hansen <per@acme.example>:",
    "2026年11月24日(火) 9:12 Per Hansen <per@acme.example>:",
    "Per Hansen <per@acme.example> 于2026年11月24日周二 09:12写道：",
    "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Tuesday, November 24th, 2026 at 9:12 AM, Per <per@acme.example> wrote:",
]
BLOCKS = [
    "From: Per <per@acme.example>\nSent: Tuesday, November 24, 2026 9:12 AM\nTo: Anna\nSubject: Offer",
    "Fra: Per <per@acme.example>\nSendt: tirsdag 24. november 2026 09:12\nTil: Anna\nEmne: Tilbud",
    "Frå: Per <per@acme.example>\nSendt: tysdag 24. november 2026 09:12\nTil: Anna\nEmne: Tilbod",
    "Från: Per <per@acme.example>\nSkickat: den 24 november 2026 09:12\nTill: Anna\nÄmne: Offert",
    "Lähettäjä: Per <per@acme.example>\nLähetetty: tiistai 24. marraskuuta 2026 9.12\nVastaanottaja: Anna\nAihe: Tarjous",
    "De: Per <per@acme.example>\nEnviada em: terça-feira, 24 de novembro de 2026 09:12\nPara: Anna\nAssunto: Oferta",
    "-----Ursprüngliche Nachricht-----\nVon: Per\nGesendet: Dienstag, 24. November 2026 09:12\nAn: Anna\nBetreff: Angebot",
]
SIGNATURES = [
    "-- \nAnna Lie\nInnkjøpssjef",
    "Sendt fra min iPhone",
    "Sendt frå iPhonen min",
    "Hent Outlook for iOS<https://example.org/link>",
    "Sent from Mail<https://example.org/link> for Windows 10",
    "Sent from my Verizon, Samsung Galaxy smartphone",
    "Sent with Proton Mail secure email.",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Holen Sie sich Outlook für iOS",
    "Skickades från E-post för Windows 10",
    "Envoyé à partir de Outlook pour Android",
    "Télécharger Outlook pour iOS",
    "Obtener Outlook para iOS",
    "Enviado do meu iPhone",
    "Scarica Outlook per iOS",
    "Verzonden vanuit Outlook voor Android",
    "Pobierz aplikację Outlook dla systemu iOS",
    "Wysłano z iPhone'a",
    "Lähetetty Samsung Galaxy -älypuhelimesta",
    "Odesláno z iPhonu",
    "Отправлено из мобильной Яндекс Почты",
    "iPhoneから送信",
]
PROSE = [
    "On Monday he wrote that the price is 40.",
    "She wrote to me on 24 Nov 2026 at 09:12 that we should go.",
    "Den rapporten som du skrev i går var bra: takk!",
    "Vi sees 24.12.2026 kl. 10:00.\nMvh Anna",
    "Fra: Oslo\nTil: Bergen\nkl 12 går toget.",
    "Hello.\n\nSent from the warehouse yesterday, the goods should be with you on Friday.",
    "Hello.\n\nGet the report from Anna before Friday.",
    "Hello.\n\nKind regards,\nAnna Lie",
]
LAYOUTS = {
    "Gmail": f'<div dir="ltr">{IN_HTML}</div><div class="gmail_quote"><div class="gmail_attr">On Tue, Nov 24, 2026 at '
    f'9:12 AM Per wrote:</div><blockquote class="gmail_quote">{QUOTED_HTML}</blockquote></div>',
    "Apple Mail": f"<div>{IN_HTML}</div><div>Sent from my iPhone</div><div><blockquote type='cite'><div>On 24 Nov 2026, at "
    f"09:12, Per wrote:</div>{QUOTED_HTML}</blockquote></div>",
    "Outlook on the web": f'<div>{IN_HTML}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Fra:</b> Per<br>'
    f"<b>Sendt:</b> tirsdag<br><b>Til:</b> Anna<br><b>Emne:</b> Tilbud</div><div>{QUOTED_HTML}</div>",
    "Outlook": f'<div class="WordSection1">{IN_HTML}<div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:'
    f"</b> Per<br><b>Sent:</b> Tuesday<br><b>To:</b> Anna<br><b>Subject:</b> Offer</p></div></div>{QUOTED_HTML}</div>",
    "Thunderbird": f'{IN_HTML}<div class="moz-cite-prefix">Den 24.11.2026 09:12, skrev Per:<br></div>'
    f'<blockquote type="cite">{QUOTED_HTML}</blockquote>',
    "Yahoo": f'<div>{IN_HTML}</div><div class="yahoo_quoted"><div>On Tuesday, Per wrote:</div>{QUOTED_HTML}</div>',
}


def of_html(html: str) -> str:
    """What the sender wrote in a mail that has nothing but HTML."""
    return reply_text(bodies.text_from_html(html), html, derived=True)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("quoted", [MARKED, QUOTED], ids=["marked", "unmarked"])
def test_a_line_that_says_who_wrote_ends_what_is_new(attribution: str, quoted: str) -> None:
    """In each language, whether the quote below has marks or none."""
    assert reply_text(f"{WRITTEN}\n\n{attribution}\n\n{quoted}\n") == WRITTEN


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_fields_ends_what_is_new(block: str) -> None:
    """As Outlook writes it, without any mark."""
    assert reply_text(f"{WRITTEN}\n\n{block}\n\n{QUOTED}\n") == WRITTEN


@pytest.mark.parametrize("signature", SIGNATURES)
def test_what_a_mail_program_sets_below_a_mail_is_a_signature(signature: str) -> None:
    """Alone and above a quote."""
    assert reply_text(f"{WRITTEN}\n\n{signature}\n") == WRITTEN
    assert reply_text(f"{WRITTEN}\n\n{signature}\n\n{ATTRIBUTIONS[0]}\n{MARKED}\n") == WRITTEN


@pytest.mark.parametrize("prose", PROSE)
def test_sentences_that_only_look_like_quotes_or_signatures_stay(prose: str) -> None:
    """Nothing that a person wrote is taken away."""
    assert reply_text(prose) == prose


def test_a_telephone_number_above_a_quote_is_no_part_of_its_introduction() -> None:
    """A line of digits that a blank line parts from the attribution belongs to the sender."""
    written = f"{WRITTEN}\n\nMed vennlig hilsen\nAnna Lie\nTlf 99 88 77 66"
    assert reply_text(f"{written}\n\ntir. 24. nov. 2026 kl. 09:12 skrev Per <per@acme.example>:\n{MARKED}") == written


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_quotes_in_html_are_found_where_each_program_puts_them(layout: str) -> None:
    """Mail that has no plain text of its own."""
    assert " ".join(of_html(layout).split()) == " ".join(WRITTEN.split())
