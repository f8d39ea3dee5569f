"""The language of templates, read into a tree: `((Field))`, `<foreach view="Lines">`, `<if test="Total > 100">`.

On an element the two are attributes, `data-foreach-view` and `data-if`: so any editor can repeat the rows of a table.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

DEEPEST = 20  # views inside of views: each level is a walk over the whole text
NAME = r"[A-Za-z_][\w.]*"
BLANK = r"(?:\s|&nbsp;)*"
PLACE = re.compile(rf"\({BLANK}\({BLANK}({NAME}){BLANK}\){BLANK}\)")
OPENED = re.compile(rf"\({BLANK}\({BLANK}(?={NAME})")
TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*)>")
TOKEN = re.compile(rf"(?P<place>{PLACE.pattern})|(?P<tag>{TAG.pattern})")
EACH = re.compile(r"""\s(?:data-foreach-view|(?<=foreach\s)view)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
IF = re.compile(r"""\s(?:data-if|(?<=if\s)test)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
TABLE_EACH = re.compile(
    r"""<foreach\s+view\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)')\s*>(?P<inner>\s*<tr\b(?:(?!<foreach\b).)*?)</foreach\s*>""",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Text:
    """What stands as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A placeholder; `at` is where it stands in the template's text, `in_tag` whether in an attribute such as href."""

    name: str
    at: int
    in_tag: bool = False


@dataclass(slots=True)
class Each:
    """What is repeated for every row of a view."""

    view: str
    at: int
    inner: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class If:
    """What stands only when a test holds."""

    test: str
    at: int
    inner: list["Node"] = field(default_factory=list)


Node = Text | Place | Each | If


@dataclass(slots=True)
class _Open:
    """An element that repeats or hides itself, until its own end tag; `depth` counts elements of its name inside."""

    tag: str
    inner: list[Node]
    depth: int = 0
    shown: bool = False  # whether the end tag is part of the text


def with_tables(text: str) -> str:
    """`<foreach>` around rows of a table as a `tbody` that repeats: no browser leaves it where it was written."""
    for _level in range(DEEPEST):
        text, count = TABLE_EACH.subn(
            lambda found: f'<tbody data-foreach-view="{found["a"] or found["b"] or ""}">{found["inner"]}</tbody>', text
        )
        if not count:
            break
    return text


def parse(text: str) -> list[Node]:
    """The tree of a template's text; what is not closed ends with the text."""
    root: list[Node] = []
    opened: list[_Open] = []
    last = 0
    for token in TOKEN.finditer(text):
        into = opened[-1].inner if opened else root
        _add(into, text[last : token.start()])
        last = token.end()
        if token["place"]:
            into.append(Place(_name(token["place"]), token.start()))
        else:
            _tag(token, opened, into)
    _add(opened[-1].inner if opened else root, text[last:])
    return root


def places(nodes: list[Node]) -> Iterator[Place]:
    """All placeholders of a tree, in their order."""
    for node in nodes:
        if isinstance(node, Place):
            yield node
        elif isinstance(node, Each | If):
            yield from places(node.inner)


def unclosed(text: str) -> list[int]:
    """Where a placeholder is opened by `((` and never closed."""
    closed = {found.start() for found in PLACE.finditer(text)}
    return [found.start() for found in OPENED.finditer(text) if found.start() not in closed]


def _tag(token: "re.Match[str]", opened: list[_Open], into: list[Node]) -> None:
    name, whole = token["name"].lower(), token["tag"]
    if token["end"]:
        if opened and opened[-1].tag == name:
            if opened[-1].depth == 0:
                done = opened.pop()
                _add(done.inner, whole if done.shown else "")
                return
            opened[-1].depth -= 1
        _add(into, whole)
        return
    if opened and opened[-1].tag == name and not whole.endswith("/>"):
        opened[-1].depth += 1
    each, when = EACH.search(whole), IF.search(whole)
    if each is None and when is None:
        _pieces(into, whole, token.start())
        return
    if opened and opened[-1].tag == name:
        opened[-1].depth -= 1  # its own end tag closes it
    own = name in {"foreach", "if"}
    for found, kind in ((each, Each), (when, If)):
        if found is not None:
            block = kind(html.unescape(found[1] or found[2] or "").strip(), token.start())
            into.append(block)
            into = block.inner
    opened.append(_Open(name, into, shown=not own))
    if not own:
        _pieces(into, IF.sub("", EACH.sub("", whole)), token.start())


def _pieces(into: list[Node], text: str, at: int) -> None:
    """A tag, with the placeholders in its attributes."""
    last = 0
    for found in PLACE.finditer(text):
        _add(into, text[last : found.start()])
        into.append(Place(found[1], at + found.start(), in_tag=True))
        last = found.end()
    _add(into, text[last:])


def _name(place: str) -> str:
    found = PLACE.match(place)
    return found[1] if found else ""


def _add(into: list[Node], text: str) -> None:
    if text:
        into.append(Text(text))
