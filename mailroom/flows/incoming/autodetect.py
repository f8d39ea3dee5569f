"""Finds the servers of an address: by its domain, by who takes the domain's mail (MX), by SRV records (RFC 6186)."""

from collections.abc import Callable
from dataclasses import dataclass

import dns.exception
import dns.resolver

from mailroom.mime import addresses
from mailroom.records.email_accounts import presets
from mailroom.records.email_accounts.models import Encryption

Ask = Callable[[str, str], list[str]]
PATIENCE = 2.0  # seconds for one question
DOMAINS = {
    "gmail.com": "google",
    "googlemail.com": "google",
    "outlook.com": "microsoft",
    "hotmail.com": "microsoft",
    "live.com": "microsoft",
    "fastmail.com": "fastmail",
    "icloud.com": "icloud",
    "me.com": "icloud",
    "yahoo.com": "yahoo",
    "gmx.net": "gmx",
    "gmx.de": "gmx",
    "zoho.eu": "zoho",
}
MAIL_HOSTS = {
    "google.com": "google",
    "googlemail.com": "google",
    "outlook.com": "microsoft",
    "messagingengine.com": "fastmail",
    "icloud.com": "icloud",
    "yahoodns.net": "yahoo",
    "domeneshop.no": "domeneshop",
    "one.com": "one",
    "gmx.net": "gmx",
    "ionos.com": "ionos",
    "kundenserver.de": "ionos",
    "zoho.eu": "zoho",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The fields of an account that were found; `provider` is a preset's key, or empty. A guess says so."""

    values: dict[str, str | int]
    provider: str = ""
    guessed: bool = False


def ask_dns(name: str, kind: str) -> list[str]:
    """The records of a name as text; none when it has none or nobody answers in time."""
    try:
        return [record.to_text() for record in dns.resolver.resolve(name, kind, lifetime=PATIENCE)]
    except (dns.exception.DNSException, OSError, ValueError):
        return []


def find(address: str, ask: Ask = ask_dns) -> Found:
    """What is known of the servers behind an address."""
    domain = addresses.ascii_domain(addresses.domain(address))
    key = DOMAINS.get(domain) or _by_mail_hosts(domain, ask)
    preset = presets.find(key) if key else None
    if preset is not None:
        return Found(preset.values(), preset.key)
    found = _by_services(domain, ask)
    if found:
        return Found(found)
    host = f"mail.{domain}"
    return Found({"incoming_mail_server": host, "outgoing_mail_server": host}, guessed=True)


def _by_mail_hosts(domain: str, ask: Ask) -> str:
    for record in ask(domain, "MX"):
        host = record.split()[-1].rstrip(".").lower()
        for ending, key in MAIL_HOSTS.items():
            if host == ending or host.endswith(f".{ending}"):
                return key
    return ""


def _by_services(domain: str, ask: Ask) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    kinds = (
        ("incoming", "_imaps._tcp", Encryption.SSL),
        ("incoming", "_imap._tcp", Encryption.STARTTLS),
        ("outgoing", "_submissions._tcp", Encryption.SSL),
        ("outgoing", "_submission._tcp", Encryption.STARTTLS),
    )
    for side, service, encryption in kinds:
        if f"{side}_mail_server" in found:
            continue
        records = sorted((one.split() for one in ask(f"{service}.{domain}", "SRV")), key=lambda one: int(one[0]))
        if records and len(records[0]) == 4 and records[0][3] != ".":
            found[f"{side}_mail_server"] = records[0][3].rstrip(".")
            found[f"{side}_server_port"] = int(records[0][2])
            found[f"{side}_server_encrypted_connection"] = encryption
    return found
