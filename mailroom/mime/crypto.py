"""Which messages are signed or encrypted, and how (RFC 8551, RFC 3156); nothing is verified or opened here."""

from mailroom.mime.parts import Walked

SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


def signed(walked: Walked) -> str:
    """`none`, `smime`, `pgp` or `pgp-inline`."""
    for part in walked.parts:
        kind = part.kind
        if kind == "multipart/signed":
            return "smime" if "pkcs7" in part.parameters.get("protocol", "").lower() else "pgp"
        if kind in SMIME and part.parameters.get("smime-type", "").lower() == "signed-data":
            return "smime"
    return "pgp-inline" if _armoured(walked, "-----BEGIN PGP SIGNED MESSAGE-----") else "none"


def encrypted(walked: Walked) -> str:
    """`none`, `smime`, `pgp` or `pgp-inline`."""
    for part in walked.parts:
        kind = part.kind
        if kind == "multipart/encrypted":
            return "pgp"
        if kind in SMIME and part.parameters.get("smime-type", "enveloped-data").lower() != "signed-data":
            return "smime"
    return "pgp-inline" if _armoured(walked, "-----BEGIN PGP MESSAGE-----") else "none"


def _armoured(walked: Walked, line: str) -> bool:
    """Whether the text holds that line; its rarest words are sought first, as they are found missing much faster."""
    return "BEGIN PGP" in walked.text and line in walked.text
