"""Looks in a folder for copies of messages, when nobody knows how far a move into it went."""

import re
from collections.abc import Sequence
from hashlib import sha256

from mailroom.flows.receiving.servers.contract import Asked
from mailroom.flows.receiving.servers.imap_channel import Channel
from mailroom.flows.receiving.servers.imap_names import uid_set

MOST_ALIKE = 20  # messages of one Message-ID and size that are looked into, the newest ones
PLAIN_ID = re.compile(r"[!#-\[\]-~]{1,900}")  # what stands between quotation marks as it is


def still_there(channel: Channel, folder: str, target: str, asked: Sequence[Asked]) -> list[int]:
    """UIDs of those that lie in `folder` and, with the same bytes, in `target` too: they were copied and not removed.

    What cannot be known: whether the copy is of this very message or of another with the same bytes that was moved
    before, or put there by somebody. Either way the target folder holds what it is to hold, and nothing is lost.
    """
    if target.casefold() == folder.casefold():  # INBOX by another case: a message is no copy of itself
        return []
    channel.open(folder, writing=False)
    uids = uid_set([int(one.uid) for one in asked])
    sizes = {item.uid: item.size for item in channel.fetch(uids, "(UID RFC822.SIZE)")}
    left = [one for one in asked if int(one.uid) in sizes]
    if not left:
        return []
    channel.open(target, writing=False)
    return [int(one.uid) for one in left if _is_held(channel, one, sizes[int(one.uid)])]


def _is_held(channel: Channel, one: Asked, size: int) -> bool:
    """Whether the opened folder holds these bytes; `size` is what the server says of them, which may be wrong."""
    criteria = ["LARGER", str(size - 1), "SMALLER", str(size + 1)] if size > 0 else []
    if PLAIN_ID.fullmatch(one.message_id):
        criteria += ["HEADER", "Message-ID", f'"{one.message_id}"']
    if not criteria:
        return False
    alike = uid_set(channel.search(*criteria)[-MOST_ALIKE:])
    if not alike:
        return False
    found = False
    for item in channel.fetch(alike, "(UID BODY.PEEK[])", one.size):  # to its end: what is not read would be in the way
        found = found or (item.body is not None and sha256(item.body).digest() == one.raw_sha256)
    return found
