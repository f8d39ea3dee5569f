"""Which messages are signed or encrypted, and how (RFC 8551, RFC 3156); nothing is verified or opened here."""

import email.message

from mailroom.mime.parts import Walked

SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


def signed(tree: email.message.Message, walked: Walked) -> str:
    """`none`, `smime`, `pgp` or `pgp-inline`."""
    for part in tree.walk():
        kind = part.get_content_type()
        if kind == "multipart/signed":
            return "smime" if "pkcs7" in str(part.get_param("protocol", "")).lower() else "pgp"
        if kind in SMIME and str(part.get_param("smime-type", "")).lower() == "signed-data":
            return "smime"
    return "pgp-inline" if "-----BEGIN PGP SIGNED MESSAGE-----" in walked.text else "none"


def encrypted(tree: email.message.Message, walked: Walked) -> str:
    """`none`, `smime`, `pgp` or `pgp-inline`."""
    for part in tree.walk():
        kind = part.get_content_type()
        if kind == "multipart/encrypted":
            return "pgp"
        if kind in SMIME and str(part.get_param("smime-type", "enveloped-data")).lower() != "signed-data":
            return "smime"
    return "pgp-inline" if "-----BEGIN PGP MESSAGE-----" in walked.text else "none"
