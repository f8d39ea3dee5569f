"""The tag at the end of a subject: a number and a short keyed hash, so that an answer finds its mail (BEHAVIOUR 6)."""

import hashlib
import hmac
import re

from django.conf import settings

LENGTH = 6


def signature(number: int) -> str:
    """The hash that only this installation can make."""
    key = settings.KEYS.derive("subject tags").encode()
    return hmac.new(key, str(number).encode(), hashlib.sha256).hexdigest()[:LENGTH]


def with_tag(subject: str, number: int, prefix: str, suffix: str) -> str:
    """The subject with this mail's tag at its end, in place of any earlier one."""
    return f"{without_tags(subject, prefix, suffix)} {prefix}{number}-{signature(number)}{suffix}"


def without_tags(subject: str, prefix: str, suffix: str) -> str:
    """The subject without anything that looks like our tags."""
    pattern = rf"\s*{re.escape(prefix)}\d{{1,19}}-[0-9a-f]{{{LENGTH}}}{re.escape(suffix)}"
    return re.sub(pattern, "", subject).strip()


def number_in_address(address: str) -> int | None:
    """The number in `sales+123-0af1b2@example.org`, where its hash is ours."""
    _name, _plus, detail = address.rpartition("@")[0].partition("+")
    return number_in(f"<{detail}>", "<", ">")


def number_in(subject: str, prefix: str, suffix: str) -> int | None:
    """The number of the last tag whose hash is ours; None for a forged one or none."""
    pattern = rf"{re.escape(prefix)}(\d{{1,19}})-([0-9a-f]{{{LENGTH}}}){re.escape(suffix)}"
    for number, given in reversed(re.findall(pattern, subject)):
        if hmac.compare_digest(given, signature(int(number))):
            return int(number)
    return None
