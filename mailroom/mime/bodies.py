"""Bodies: text made from HTML, and HTML made safe to show."""

import re
from collections.abc import Iterator

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailroom.mime import nesting

BLOCKS = frozenset(
    "p div section article header footer h1 h2 h3 h4 h5 h6 ul ol li table tr blockquote pre hr address form "
    "fieldset center dl dt dd".split()
)
SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre dl".split())
SILENT = frozenset("style script head title meta link noscript template object svg".split())
LARGEST_HTML = 12_000_000
TAGS = set(
    "a abbr acronym address article b bdi bdo big blockquote br caption center cite code col colgroup dd del "
    "dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol "
    "p pre q s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var "
    "wbr foreach if".split()
)
STYLES = set(
    "background-color border border-bottom border-collapse border-color border-left border-radius border-right "
    "border-spacing border-style border-top border-width color direction font font-family font-size font-style "
    "font-variant font-weight height letter-spacing line-height list-style-type margin "
    "margin-bottom margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left "
    "padding-right padding-top table-layout text-align text-decoration text-indent text-transform "
    "vertical-align white-space width word-break word-wrap".split()
)
# No name or class of a mail may be one of our pages' (a draft is edited in them), and no `data-` attribute but our own:
# scripts of pages act on those.
OURS = {"data-about", "data-foreach-view", "data-if", "data-quoted", "data-remote-src", "data-signature"}
COMMON = OURS | set("align bgcolor border color dir height lang style title valign width".split())
_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style", "title", "template", "noscript", "svg", "math", "object", "iframe"},
    attributes={
        "*": COMMON,
        "a": {"href"},
        "img": {"src", "alt", "hspace", "vspace"},
        "font": {"face", "size"},
        "td": {"colspan", "rowspan", "nowrap"},
        "th": {"colspan", "rowspan", "nowrap", "scope"},
        "table": {"cellpadding", "cellspacing", "summary"},
        "ol": {"start", "type"},
        "li": {"value"},
        "col": {"span"},
        "blockquote": {"cite", "type"},
        "foreach": {"view"},
        "if": {"test"},
    },
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    filter_style_properties=STYLES,
    link_rel="noopener noreferrer nofollow",
)
_data_link = re.compile(r'(<a\b[^<>]*?\bhref=")data:[^"]*"', re.IGNORECASE)


def sanitise_html(html: str) -> str:
    """HTML that can be shown in a sandboxed frame: no script, form, frame, overlay or style sheet; linear in its size.

    The cleaner's own panics, which are no ordinary exceptions, give the text as plain paragraphs instead.
    """
    try:
        cleaned = _cleaner.clean(nesting.shallow(html[:LARGEST_HTML]))
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return html_from_text(text_from_html(html))
    return _data_link.sub(r'\1"', cleaned)


def html_from_text(text: str) -> str:
    """Plain text as paragraphs, escaped."""
    escaped = _escape(text)
    paragraphs = re.split(r"\n{2,}", escaped.strip("\n"))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part.strip())


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def text_from_html(html: str) -> str:
    """The text of an HTML body: paragraphs, lists, tables and link targets kept readable."""
    tree = LexborHTMLParser(nesting.shallow(html[:LARGEST_HTML]))
    body = tree.body
    if body is None:
        return ""
    text = "".join(_walk(body))
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _walk(root: LexborNode) -> Iterator[str]:
    """Texts of the tree in order, without recursion: mail nests deep on purpose."""
    stack: list[tuple[LexborNode | None, str]] = [(root, "")]
    while stack:
        node, closing = stack.pop()
        if node is None:
            yield closing
            continue
        tag = node.tag or ""
        if tag == "-text":
            yield re.sub(r"\s+", " ", node.text_content or "")
            continue
        if tag in SILENT or tag.startswith(("-", "!")):
            continue
        if tag == "br":
            yield "\n"
            continue
        opening, ending = _marks(node, tag)
        yield opening
        stack.append((None, ending))
        stack.extend((child, "") for child in reversed(list(node.iter(include_text=True))))


def _marks(node: LexborNode, tag: str) -> tuple[str, str]:
    """What stands before and after an element's text."""
    if tag == "a":
        target = node.attributes.get("href") or ""
        text = (node.text() or "").strip()
        shown = target.startswith(("http://", "https://")) and target.rstrip("/") != text.rstrip("/")
        return "", f" <{target}>" if shown and text else ""
    if tag == "li":
        return "\n- ", "\n"
    if tag in {"td", "th"}:
        return "", " "
    if tag == "img":
        return node.attributes.get("alt") or "", ""
    if tag == "hr":
        return "\n---\n", ""
    if tag in SPACED:
        return "\n\n", "\n\n"
    return ("\n", "\n") if tag in BLOCKS else ("", "")
