"""Delivery notices that come as JSON in a mail: Amazon's Simple Notification Service."""

import json
from collections.abc import Iterator
from typing import Any

from mailroom.mime import reasons
from mailroom.mime.message import BounceRecipient


def amazon(text: str) -> Iterator[BounceRecipient]:
    """The recipients of a bounce notification; nothing for any other text."""
    if "{" not in text or text.find("notificationType", 0, 20_000) < 0:
        return
    notice = _opened(text)
    bounce = notice.get("bounce")
    if notice.get("notificationType") != "Bounce" or not isinstance(bounce, dict):
        return
    for item in bounce.get("bouncedRecipients") or ():
        if not isinstance(item, dict):
            continue
        status, words = str(item.get("status") or ""), " ".join(str(item.get("diagnosticCode") or "").split())
        yield BounceRecipient(
            recipient=str(item.get("emailAddress") or ""),
            action=str(item.get("action") or "failed"),
            status=status,
            diagnostic=words,
            reason=reasons.reason(status, words),
            permanent=bounce.get("bounceType") == "Permanent" or status.startswith("5"),
        )


def _opened(text: str) -> dict[str, Any]:
    """The notice; QUIRK: it comes bare, or as text inside another object's `Message`, with a footer below."""
    try:
        found, _end = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
        if isinstance(found, dict) and isinstance(found.get("Message"), str):
            found = json.loads(found["Message"], strict=False)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
