"""What was noted about a mail when it was read or written, as `EmailContent.facts` keeps it."""

from typing import Any


def known(facts: object) -> dict[str, Any]:
    """The facts as an object; none where the column holds something else, as rows of an import may."""
    return facts if isinstance(facts, dict) else {}


def verdicts(facts: object) -> dict[str, str]:
    """What a trusted server found out about the sender, by method (RFC 8601)."""
    return known(known(facts).get("authentication"))


def disowned(facts: object) -> bool:
    """Whether the sender's domain says that the mail is not its own (DMARC, RFC 7489)."""
    return verdicts(facts).get("dmarc") == "fail"
