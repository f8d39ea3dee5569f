"""What the sender wrote: the body without quoted mail and signature. The whole body is always kept beside it."""

import re

from selectolax.lexbor import LexborHTMLParser

from mailroom.mime import attributions, bodies, nesting, quotes, signatures

QUOTED_HTML = (
    "blockquote[type=cite], .gmail_quote, .yahoo_quoted, .protonmail_quote, .zmail_extra, .moz-cite-prefix, "
    ".gmail_attr, #OLK_SRC_BODY_SECTION, .gmail_extra > .gmail_quote, #reply-intro, .WordSection1 ~ blockquote"
)
QUOTED_FROM_HERE = "#divRplyFwdMsg"
LONGEST = 200_000


def reply_text(text: str, html: str = "", derived: bool = False) -> str:
    """The new part of a body, without quotes and signature.

    `derived` says that the text was made from the HTML: then quotes are first cut where the HTML marks them.
    """
    if derived and html:
        unquoted = _html_without_quotes(html)
        text = unquoted if unquoted.strip() else text
    return _new_part(text[:LONGEST].replace("\r\n", "\n").split("\n"))


def written(text: str, html: str = "") -> tuple[str, str]:
    """What the sender wrote as text and, where that can be told, as HTML: without quoted mail, with his signature."""
    own = _new_part(text[:LONGEST].replace("\r\n", "\n").split("\n"), with_signature=True)
    if not html.strip():
        return own, ""
    unquoted = _without_quotes(html)
    shown = bodies.text_from_html(unquoted).split("\n")
    left = any(
        attributions.DIVIDER.match(line) or attributions.is_attribution(line) or attributions.is_header_block(shown, at)
        for at, line in enumerate(shown)
    )
    if left:
        return own, ""
    return "\n".join(shown).strip("\n"), unquoted


def is_interleaved(text: str) -> bool:
    """Whether the sender answers between the lines that he quotes: then the quote is part of what he wrote."""
    lines = text[:LONGEST].replace("\r\n", "\n").split("\n")
    quoted = [at for at, line in enumerate(lines) if _is_quote(line)]
    if not quoted:
        return False
    own = [at for at, line in enumerate(lines[: signatures.start(lines)]) if line.strip() and not _is_quote(line)]
    between = [at for at in own if quoted[0] < at < quoted[-1]]
    return bool(between) and any(not attributions.is_attribution(lines[at]) for at in between)


def _html_without_quotes(html: str) -> str:
    return bodies.text_from_html(_without_quotes(html))


def _without_quotes(html: str) -> str:
    tree = LexborHTMLParser(nesting.shallow(html[: bodies.LARGEST_HTML]))
    for node in tree.css(QUOTED_HTML):
        node.decompose()
    for node in tree.css(QUOTED_FROM_HERE)[:1]:
        for behind in reversed(quotes.with_all_behind(node)):
            behind.decompose()
    return tree.html or ""


def _new_part(lines: list[str], with_signature: bool = False) -> str:
    lines = _without_opening_quote(attributions.fold(lines))
    lines = lines[: _end_of_new(lines)]
    lines = [line for line in lines if not _is_quote(line) and not attributions.is_attribution(line)]
    if not with_signature:
        lines = lines[: signatures.start(lines)]
    while lines and (not lines[-1].strip() or attributions.RULE.match(lines[-1])):
        lines.pop()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n").rstrip()


def _is_quote(line: str) -> bool:
    return line.lstrip().startswith(">")


def _without_opening_quote(lines: list[str]) -> list[str]:
    """A mail that opens with what it answers: the new part is below it.

    QUIRK: a mail that is nothing but a forward has its forwarded text for its own.
    """
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines):
        return lines
    if attributions.is_attribution(lines[start]):
        return lines[start + 1 :]
    place = start
    if attributions.DIVIDER.match(lines[start]):
        place = next((at for at in range(start + 1, len(lines)) if lines[at].strip()), start)
    if not attributions.is_header_block(lines, place):
        return lines
    end = next((at for at in range(place, len(lines)) if not lines[at].strip()), len(lines))
    rest = lines[end:]
    return rest if "".join(rest).strip() else lines


def _end_of_new(lines: list[str]) -> int:
    """The line at which quoted mail begins and nothing new follows."""
    for place, line in enumerate(lines):
        if _is_quote(line):
            continue
        if attributions.DIVIDER.match(line) or attributions.is_header_block(lines, place):
            return place
        if attributions.is_attribution(line) and not _quote_then_text(lines, place + 1):
            return place
    return len(lines)


def _quote_then_text(lines: list[str], start: int) -> bool:
    """Whether a marked quote follows, and words of the sender's own below it."""
    rest = [line for line in lines[start:] if line.strip()]
    return bool(rest) and _is_quote(rest[0])
