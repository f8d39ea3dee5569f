"""Remote images of an HTML body: held back while it is read or edited here, released when it is sent on."""

import re

IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
REMOTE = re.compile(r"""(?<![-\w])src\s*=\s*(["']?)(https?:[^"'\s>]*)\1""", re.IGNORECASE)
HELD = re.compile(r"""\s*\bdata-remote-src="([^"]*)\"""", re.IGNORECASE)
PLACEHOLDER = re.compile(r"""(?<![-\w])src="data:,\"""", re.IGNORECASE)


def any_in(html: str) -> bool:
    """Whether showing the body would ask other servers for images."""
    return any(REMOTE.search(tag) for tag in IMAGE.findall(html))


def hold(html: str) -> str:
    """The body with every remote image emptied; its address waits in `data-remote-src`."""
    return IMAGE.sub(lambda tag: REMOTE.sub(r'src="data:," data-remote-src="\2"', tag[0]), html)


def release(html: str) -> str:
    """The body with held images back in place."""
    return IMAGE.sub(lambda tag: _released(tag[0]), html)


def _released(tag: str) -> str:
    held = HELD.search(tag)
    if held is None:
        return tag
    return PLACEHOLDER.sub(f'src="{held[1]}"', HELD.sub("", tag))
