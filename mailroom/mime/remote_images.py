"""Remote images of an HTML body: held back while it is read or edited here, released when it is sent on."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

IMAGE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)  # up to the next tag: mail leaves tags open without end
REMOTE = re.compile(r"""(?<![-\w])src\s*=\s*(["']?)((?:https?:|//)[^"'\s>]*)\1""", re.IGNORECASE)
HELD = re.compile(r"""\s*\bdata-remote-src="([^"]*)\"""", re.IGNORECASE)
PLACEHOLDER = re.compile(r"""(?<![-\w])src="data:,\"""", re.IGNORECASE)
TINY = re.compile(
    r"""(?<![-\w])(?:width|height)\s*[=:]\s*["']?\s*[0-2](?:px)?\s*["';\s/>]|(?:display\s*:\s*none|visibility\s*:\s*hidden)""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Remote:
    """What a body would fetch from other servers: images, hosts, and images too small to be seen."""

    images: int = 0
    hosts: int = 0
    trackers: int = 0


def count(html: str) -> Remote:
    """The remote images of a body; an image of at most two pixels, or a hidden one, is taken for a tracking pixel."""
    found = [(tag, address[2]) for tag in IMAGE.findall(html) if (address := REMOTE.search(tag))]
    hosts = {_host(address) for _tag, address in found}
    return Remote(len(found), len(hosts), sum(1 for tag, _address in found if TINY.search(tag)))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


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
