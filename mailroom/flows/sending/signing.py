"""DKIM for an account (RFC 6376): a key of its own, the DNS record that makes it good, and the signature."""

import base64
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils.translation import gettext as _

from mailroom.flows.sending.models import DkimKey
from mailroom.mime import addresses, dkim
from mailroom.records.email_accounts.models import EmailAccount

BITS = 2048
SELECTOR = "mailroom"
LABELS = re.compile(r"(?=.{1,63}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


class BadSelector(ValueError):
    """A selector that no name server could have; the text says what one looks like."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """The TXT record that the domain's name server must have."""

    name: str
    value: str


def generate(account: EmailAccount, selector: str = SELECTOR) -> DkimKey:
    """A new key for the account's domain; one that it had is replaced, so the record has to be published anew.

    `selector` names it among the domain's keys (RFC 6376 §3.1); raises BadSelector.
    """
    selector = selector.strip().lower() or SELECTOR
    if not LABELS.fullmatch(selector):
        raise BadSelector(_("A DKIM selector has letters, digits and hyphens, such as “mailroom” or “key-2027”."))
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
