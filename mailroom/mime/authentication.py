"""Verdicts of a trusted Authentication-Results header (RFC 8601)."""

from collections.abc import Iterator, Sequence
from typing import Any

import authres

from mailroom.mime import addresses

DOMAIN_OF = {"dmarc": ("from",), "dkim": ("d",), "spf": ("mailfrom",)}  # the property that names what was checked


def verdicts(headers: Sequence[tuple[str, str]], trusted_hosts: Sequence[str]) -> dict[str, str]:
    """Results by method (spf, dkim, dmarc …) from the topmost header that a trusted host wrote; else nothing."""
    found: dict[str, str] = {}
    for result in _results(headers, trusted_hosts):
        if found.get(result.method) != "pass":
            found[result.method] = str(result.result)
    return found


def vouched(headers: Sequence[tuple[str, str]], trusted_hosts: Sequence[str], address: str) -> bool:
    """Whether a trusted host found that the domain of `address` sent this mail.

    DMARC says it (RFC 7489); where it says nothing, DKIM or SPF of the address's own domain does. A failed DMARC goes
    before both.
    """
    domain = addresses.domain(address)
    passed = {"dmarc": False, "dkim": False, "spf": False}
    for result in _results(headers, trusted_hosts):
        if result.method == "dmarc" and str(result.result) == "fail":
            return False
        if result.method in passed and str(result.result) == "pass":
            passed[result.method] |= _is_about(result, domain)
    return bool(domain) and any(passed.values())


def _is_about(result: Any, domain: str) -> bool:
    """Whether a result was found for this domain, one above or one below it (RFC 7489 §3.1, relaxed)."""
    named = [addresses.domain(str(item.value)) for item in result.properties if item.name in DOMAIN_OF[result.method]]
    if not named:
        return bool(result.method == "dmarc")  # DMARC is always about the domain in From
    return any(one == domain or domain.endswith(f".{one}") or one.endswith(f".{domain}") for one in named if "." in one)


def _results(headers: Sequence[tuple[str, str]], trusted_hosts: Sequence[str]) -> Iterator[Any]:
    """The results in the topmost header that a trusted host wrote."""
    trusted = {host.lower() for host in trusted_hosts}
    for name, value in headers:
        if name.lower() != "authentication-results":
            continue
        if value.split(";")[0].split()[:1] and value.split(";")[0].split()[0].lower() in trusted:
            try:
                parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
            except Exception:  # the library raises several kinds on odd headers: an unreadable one vouches for nothing
                return
            yield from parsed.results
            return
