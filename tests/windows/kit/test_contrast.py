"""Every pair of colours in tokens.css holds WCAG 2.2 AA in both themes; script stays small, templates stay clean."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[3] / "mailroom/faces/windows/static/mailroom"
TOKENS = {
    name: colours
    for name, *colours in re.findall(
        r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", (STATIC / "tokens.css").read_text()
    )
}
SURFACES = ["canvas", "surface", "sunken", "raised", "hover", "selected"]
MEANINGS = ("ok", "warn", "danger")
PAIRS = (
    [(text, on, 4.5) for text in ("text", "text-2", "text-3", "accent-text") for on in SURFACES]
    + [(f"{one}-text", on, 4.5) for one in MEANINGS for on in [*SURFACES, f"{one}-soft"]]
    + [(one, on, 3.0) for one in (*MEANINGS, "accent", "focus") for on in SURFACES]
    + [("line-field", on, 3.0) for on in ("surface", "sunken", "canvas", "raised")]
    + [(f"on-{one}", on, 4.5) for one in ("accent", "danger") for on in (one, f"{one}-hover")]
    + [(text, "accent-soft", 4.5) for text in ("accent-text", "text", "text-2")]
    + [(text, f"{one}-soft", 4.5) for text in ("text", "text-2") for one in MEANINGS]
    + [("rail-text", "rail", 4.5), ("rail-on", "rail-active", 4.5), ("rail-text", "rail-active", 4.5)]
    + [("toast-text", "toast", 4.5), ("toast-link", "toast", 4.5)]
    + [(f"tint-{number}-text", f"tint-{number}", 4.5) for number in range(1, 6)]
)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ratio(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_pair_has_the_contrast_it_needs(theme: int) -> None:
    poor = [
        f"{front} on {back}" for front, back, need in PAIRS if _ratio(TOKENS[front][theme], TOKENS[back][theme]) < need
    ]
    assert len(PAIRS) == 102
    assert poor == []


def test_our_own_script_is_small() -> None:
    import gzip

    scripts = b"".join(path.read_bytes() for path in (STATIC / "js").glob("*.js"))
    htmx = (STATIC.parent / "vendor/htmx.min.js").read_bytes()
    assert len(gzip.compress(scripts)) + len(gzip.compress(htmx)) < 60_000


def test_no_template_has_inline_script_or_style() -> None:
    templates = STATIC.parents[1] / "templates"
    guilty = [
        path.name
        for path in templates.rglob("*.html")
        if re.search(r"\sstyle=|\son\w+=|<style(?! nonce)|<script(?![^>]*\bsrc=)", path.read_text())
    ]
    assert guilty == []


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(re.findall(r'id="i-([\w-]+)"', (STATIC / "icons.svg").read_text()))
    folder = STATIC.parents[1]
    templates = "".join(path.read_text() for path in folder.rglob("*.html"))
    code = "".join(path.read_text() for path in folder.rglob("*.py"))
    named = set(re.findall(r'{% icon "([\w-]+)"', templates)) | set(re.findall(r'\bicon="([\w-]+)"', code))
    assert named <= drawn
