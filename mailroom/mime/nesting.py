"""HTML that nests or lists attributes without end, made ordinary before a parser sees it: that takes quadratic time."""

import re

FEW_TAGS = 8_000
DEEPEST = 300
DEEPEST_FORMATTING = 24
MOST_ATTRIBUTES = 1_000
MOST_AMPERSANDS = 20_000
MOST_TOGETHER = 500
RUN = re.compile(rf"(?:&[^<>&]*+){{1,{MOST_TOGETHER}}}+")  # references of one text: a cleaner copies it at each
BARE_AMPERSAND = re.compile(r"&(?!#?[a-zA-Z0-9]{1,31};)")
LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{4000,}")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
CLOSED_BY_THE_NEXT = frozenset(
    "p li td th tr tbody thead tfoot dd dt option optgroup colgroup caption html head body".split()
)
FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())


def shallow(html: str) -> str:
    """The same HTML, without the elements that stand deeper than any mail program nests; linear in its size.

    An element that is too deep becomes a `<wbr>`, which cannot hold anything; its text stays.
    """
    if html.count("=") > MOST_ATTRIBUTES:
        html = LONG_TAG.sub(lambda tag: "<wbr" if tag[0].count("=") > MOST_ATTRIBUTES else tag[0], html)
    if html.count("&") > MOST_AMPERSANDS:
        html = BARE_AMPERSAND.sub("&amp;", html)
        html = RUN.sub(lambda run: f"{run[0]}<wbr>" if run[0].count("&") == MOST_TOGETHER else run[0], html)
    if html.count("<") < FEW_TAGS:
        return html  # even nested in each other they are parsed at once
    open_tags: dict[str, int] = {}
    dropped: dict[str, int] = {}
    depth = formatting = 0

    def keep(found: re.Match[str]) -> str:
        nonlocal depth, formatting
        name = found[2].lower()
        if name in VOID or name in CLOSED_BY_THE_NEXT:
            return found[0]
        if found[1]:
            if dropped.get(name):
                dropped[name] -= 1
                return "</wbr"
            if open_tags.get(name):
                open_tags[name] -= 1
                depth -= 1
                formatting -= name in FORMATTING
            return found[0]
        if depth >= DEEPEST or (name in FORMATTING and formatting >= DEEPEST_FORMATTING):
            dropped[name] = dropped.get(name, 0) + 1
            return "<wbr"
        open_tags[name] = open_tags.get(name, 0) + 1
        depth += 1
        formatting += name in FORMATTING
        return found[0]

    return TAG.sub(keep, html)
