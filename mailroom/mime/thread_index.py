"""Outlook's Thread-Index field: a conversation's mark that grows by five bytes an answer (MS-OXOMSG §2.2.1.3)."""

import base64
import binascii
from datetime import UTC, datetime

HEADER = 22
STEP = 5
LONGEST = HEADER + 200 * STEP
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
LONG_GAP = 1 << 49  # about 1.7 years in units of 100 ns: beyond it the coarser clock is used


def extended(value: str, now: datetime) -> str:
    """The mark of an answer to a mail that bears `value`; empty when that is none."""
    try:
        mark = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    if not HEADER <= len(mark) <= LONGEST or (len(mark) - HEADER) % STEP:
        return ""
    began = int.from_bytes(mark[:6], "big") << 16
    gap = max(0, int((now - EPOCH).total_seconds() * 10_000_000) - began)
    coarse = gap >= LONG_GAP
    clock = (gap >> (23 if coarse else 18)) & 0x7FFFFFFF
    step = (coarse << 39) | (clock << 8)
    return base64.b64encode(mark + step.to_bytes(STEP, "big")).decode()
