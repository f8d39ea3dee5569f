"""DKIM for an account (RFC 6376): a key of its own, the DNS record that makes it good, and the signature."""

import base64
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mailroom.flows.sending.models import DkimKey
from mailroom.mime import addresses, dkim
from mailroom.records.email_accounts.models import EmailAccount

BITS = 2048
SELECTOR = "mailroom"


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """The TXT record that the domain's name server must have."""

    name: str
    value: str


def generate(account: EmailAccount, selector: str = SELECTOR) -> DkimKey:
    """A new key for the account's domain; one that it had is replaced, so the record has to be published anew."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode("ascii")
    domain = addresses.domain(account.email_address)
    values = {"domain": domain, "selector": selector, "private_key": text}
    return DkimKey.objects.update_or_create(account=account, defaults=values)[0]


def record(key: DkimKey) -> DnsRecord:
    """What to publish so that receivers can check the signature; holds the public half only."""
    private = serialization.load_pem_private_key(key.private_key.encode(), password=None)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    value = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode('ascii')}"
    return DnsRecord(f"{key.selector}._domainkey.{key.domain}", value)


def signed(raw: bytes, key: DkimKey | None) -> bytes:
    """The bytes with a signature, when the account has a key; raises dkim.KeyRefused."""
    return dkim.sign(raw, key.domain, key.selector, key.private_key.encode()) if key is not None else raw


def key_of(account_id: int) -> DkimKey | None:
    """The account's key."""
    return DkimKey.objects.filter(account_id=account_id).first()
