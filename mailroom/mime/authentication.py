"""Verdicts of a trusted Authentication-Results header (RFC 8601)."""

from collections.abc import Sequence

import authres


def verdicts(headers: Sequence[tuple[str, str]], trusted_hosts: Sequence[str]) -> dict[str, str]:
    """Results by method (spf, dkim, dmarc …) from the topmost header that a trusted host wrote; else nothing."""
    trusted = {host.lower() for host in trusted_hosts}
    for name, value in headers:
        if name.lower() != "authentication-results":
            continue
        if value.split(";")[0].split()[:1] and value.split(";")[0].split()[0].lower() in trusted:
            return _read(value)
    return {}


def _read(value: str) -> dict[str, str]:
    try:
        parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except Exception:  # the library raises several kinds on odd headers: an unreadable one vouches for nothing
        return {}
    found: dict[str, str] = {}
    for result in parsed.results:
        if found.get(result.method) != "pass":
            found[result.method] = str(result.result)
    return found
