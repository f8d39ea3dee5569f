"""Quoted mail in a body that is shown: where it stands, so that the reader can fold it.

The marks are plain text, unlike anything a mail can hold, so that they pass a cleaner; the caller makes tags of them.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailroom.mime import attributions, nesting

ENCLOSED = (
    "blockquote[type=cite], blockquote[data-quoted], .gmail_quote, .yahoo_quoted, .protonmail_quote, .zmail_extra, "
    "#OLK_SRC_BODY_SECTION"
)
BEGINS_HERE = "#divRplyFwdMsg, #appendonsend, [style*='border-top:solid #E1E1E1'], [style*='border-top:solid #B5C4DF']"
MOST = 40
DEEPEST = 60
LINK = re.compile(r"\bhttps?://[^\s<>\"']{2,2000}")
AFTER_LINK = ".,;:!?)]}’”"


@dataclass(frozen=True, slots=True)
class Marks:
    """Two words that open and close a fold; drawn anew for every body, so that no mail can know them."""

    opening: str = field(default_factory=lambda: f"fold{secrets.token_hex(12)}begins")
    closing: str = field(default_factory=lambda: f"fold{secrets.token_hex(12)}ends")


def mark_html(html: str, marks: Marks) -> str:
    """The HTML with marks round each outermost quote; unchanged where a mail is nothing but its quote."""
    tree = LexborHTMLParser(nesting.shallow(html))
    body = tree.body
    if body is None:
        return html
    spans = _outermost(list(_spans(body)))
    quoted = sum(len("".join((node.text() or "").split())) for span in spans for node in span)
    if not spans or len("".join((body.text() or "").split())) <= quoted:
        return html
    for span in spans:
        span[0].insert_before(marks.opening)
        span[-1].insert_after(marks.closing)
    return tree.html or html


def _spans(body: LexborNode) -> Iterator[list[LexborNode]]:
    """Each quote as the nodes side by side that make it up."""
    for node in body.css(ENCLOSED)[:MOST]:
        yield [node]
    for node in body.css(BEGINS_HERE)[:1]:
        start = node
        while start.parent is not None and start.parent.tag == "div" and start.prev is None:
            start = start.parent  # QUIRK: Outlook wraps the line above a quote in a div of its own
        yield with_all_behind(start)


def with_all_behind(node: LexborNode) -> list[LexborNode]:
    """A node and those behind it. QUIRK: Outlook on the web quotes what follows the block of its fields, unwrapped."""
    found: list[LexborNode] = []
    following: LexborNode | None = node
    while following is not None:
        found.append(following)
        following = following.next
    return found


def _outermost(spans: list[list[LexborNode]]) -> list[list[LexborNode]]:
    """Without quotes that stand inside another one."""
    taken = {node.mem_id for span in spans for node in span}
    return [span for span in spans if not _inside(span[0], taken) and not _repeated(span, spans)]


def _inside(node: LexborNode, taken: set[int]) -> bool:
    parent = node.parent
    for _step in range(DEEPEST):
        if parent is None:
            return False
        if parent.mem_id in taken:
            return True
        parent = parent.parent
    return True


def _repeated(span: list[LexborNode], spans: list[list[LexborNode]]) -> bool:
    first = span[0].mem_id
    return any(first in {node.mem_id for node in other} for other in spans if other is not span and len(other) > 1)


def paragraphs(text: str, marks: Marks) -> str:
    """Plain text as escaped paragraphs that choose their own direction, with links and with marks round its quotes."""
    parts: list[str] = []
    blocks = list(_blocks(text.split("\n")))
    fold = any(not quoted for quoted, lines in blocks if "".join(lines).strip())
    for quoted, lines in blocks:
        shown = _paragraphs(lines)
        parts.append(f"{marks.opening}{shown}{marks.closing}" if quoted and fold and shown else shown)
    return "".join(parts)


def _blocks(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """Runs of lines that are quoted, and of lines that are not."""
    run: list[str] = []
    quoting = False
    for place, line in enumerate(lines):
        if attributions.DIVIDER.match(line[:500]) or attributions.is_header_block(lines, place):
            yield quoting, run
            yield True, lines[place:]
            return
        is_quote = line.lstrip().startswith(">")
        introduces = attributions.is_attribution(line[:500]) and _is_quoted(lines, place + 1)
        now = is_quote or introduces or (quoting and not line.strip() and _is_quoted(lines, place + 1))
        if now != quoting and run:
            yield quoting, run
            run = []
        quoting = now
        run.append(line)
    yield quoting, run


def _is_quoted(lines: list[str], place: int) -> bool:
    following = next((line for line in lines[place : place + 3] if line.strip()), "")
    return following.lstrip().startswith(">")


def _paragraphs(lines: list[str]) -> str:
    blocks = re.split(r"\n[ \t]*\n+", "\n".join(lines).strip("\n"))
    return "".join(f'<p dir="auto">{_linked(block).replace(chr(10), "<br>")}</p>' for block in blocks if block.strip())


def _linked(text: str) -> str:
    """Escaped text with its web addresses as links."""
    parts, end = [], 0
    for found in LINK.finditer(text):
        address = found[0].rstrip(AFTER_LINK)
        parts += [_escape(text[end : found.start()]), f'<a href="{_escape(address)}">{_escape(address)}</a>']
        end = found.start() + len(address)
    parts.append(_escape(text[end:]))
    return "".join(parts)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
