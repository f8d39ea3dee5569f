"""DKIM signatures (RFC 6376): put on as the last change of a message's bytes."""

import dkim

SIGNED_FIELDS = (
    b"from",
    b"sender",
    b"reply-to",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)


class KeyRefused(ValueError):
    """The private key cannot sign."""


def sign(raw: bytes, domain: str, selector: str, private_key: bytes) -> bytes:
    """`raw` (CRLF line ends) with a DKIM-Signature before it.

    `private_key` is PEM (RSA); raises KeyRefused, which never repeats the key.
    """
    try:
        signature = dkim.sign(
            raw,
            selector.encode("ascii"),
            domain.encode("ascii"),
            private_key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name for name in SIGNED_FIELDS if _has(raw, name)],
        )
    except (dkim.DKIMException, dkim.UnparsableKeyError, UnicodeError, ValueError) as error:
        raise KeyRefused(f"The DKIM key of {domain} cannot sign: {type(error).__name__}.") from None
    return bytes(signature) + raw


def _has(raw: bytes, name: bytes) -> bool:
    head = raw[: raw.find(b"\r\n\r\n")].lower()
    return head.startswith(name + b":") or b"\n" + name + b":" in head
