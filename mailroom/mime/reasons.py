"""The cause of a failed delivery in one word, from what servers write and from enhanced status codes (RFC 3463)."""
# ruff: noqa: E501, ISC004 - a pattern is read best on the line of its words

import re

# In this order: the first pattern that a server's words match names the cause.
WORDS: tuple[tuple[str, str], ...] = (
    ("virusdetected", r"virus|infected|malware"),
    (
        "mailboxfull",
        r"quota|mailbox (is |size )?(full|exceed)|over ?quota|insufficient (disk|storage|system storage)|storage (limit|exceeded)|"
        r"disk full|maildir .*limit|user is over|is full",
    ),
    (
        "mesgtoobig",
        r"message (is )?too (large|big)|size limit|message size exceeds|exceeds (the )?(maximum|fixed|size)|too large",
    ),
    ("requireptr", r"\bptr\b|reverse dns|reverse host|reverse lookup|rdns|fcrdns|cannot (find|resolve) your hostname"),
    (
        "authfailure",
        r"\bspf\b|\bdkim\b|\bdmarc\b|not authenticated|unauthenticated|authentication checks|sender id",
    ),
    ("badreputation", r"reputation"),
    (
        "toomanyconn",
        r"too many (concurrent )?(connections|smtp sessions)|connection (rate|limit)|simultaneous|too many messages|rate limit",
    ),
    (
        "blocked",
        r"blacklist|black ?list|block ?list|\brbl\b|\bdnsbl\b|spamhaus|spamcop|client host .*reject|blocked|banned|"
        r"access denied.*(ip|host)|ip address|your (host|ip|server)|dynamic|no access from",
    ),
    ("spamdetected", r"\bspam|junk|looks like|bulk email|unsolicited|considered"),
    (
        "norelaying",
        r"relay(ing)? (access )?(denied|prohibited|not allowed|not permitted)|unable to relay|no relay|not a gateway|not local host|\brelay",
    ),
    ("hasmoved", r"has moved|moved to|address changed|no longer (at|in use).*new|please (update|use)"),
    (
        "suspend",
        r"(account|mailbox|user|recipient|address).{0,40}(disabled|suspended|inactive|deactivated|expired|locked|not active)|inactive|temporarily unavailable.*account",
    ),
    (
        "userunknown",
        r"user (is )?unknown|unknown (user|recipient|address|mailbox|local|account|or illegal)|no such (user|mailbox|recipient|address|person|account)|"
        r"(user|mailbox|recipient|account|address)\b.{0,60}(does ?n.t exist|does not exist|not exist|not found|unknown|not known|isn't|is not (valid|local|a known))|"
        r"invalid (recipient|mailbox|user|address|local)|no mailbox|not listed|unrouteable address|recipient (address )?(not found|rejected: (user|undeliverable))|"
        r"address rejected|mailbox (not found|unavailable)|no longer|not our customer|bad destination|no account|not a valid mailbox|nobody by that",
    ),
    (
        "hostunknown",
        r"host (unknown|not found)|domain (not found|does)|unknown (host|domain)|no (mx|such domain)|nxdomain|name or service|bad destination system|"
        r"could ?n.t find any host|unrouteable (mail )?domain|no such host|domain name not found|no mx or a",
    ),
    (
        "rejected",
        r"sender.{0,40}(rejected|denied|refused|not exist|invalid|not found|verify)|<>|null (sender|envelope)|not permitted to send|from address|mail from",
    ),
    ("policyviolation", r"policy|not permitted|prohibited|violat"),
    ("contenterror", r"content|attachment|mime|header error|message (format|refused)"),
    ("notaccept", r"does not accept (any )?mail|nullmx|null mx|no mail accepted|not accepting (mail|messages)"),
    (
        "expired",
        r"delivery (time )?expired|retry time|too long|gave up|could not be delivered for|delivery temporarily suspended|expired|still being retried|has been in queue",
    ),
    (
        "networkerror",
        r"connection (refused|reset|lost|timed|was)|timed? ?out|no route|network|unreachable|\bloop|too many hops|hop count|dns|greeting|mx points|no address",
    ),
    ("securityerror", r"authentication|login|password|credential|tls|ssl|security"),
    (
        "systemerror",
        r"local (error|problem|configuration)|i/o error|server error|system|resources|cannot (open|write|create)|mail loop",
    ),
    ("filtered", r"filter|undeliverable address|recipient .*(refused|rejected)|mailbox unavailable|refused"),
    ("mailererror", r"mailer|pipe|command (died|failed)|exit (status|code)|child"),
    ("syntaxerror", r"syntax|command (not|unrecogni|unknown)|bad sequence|unimplemented"),
)
LONGEST = 2000  # characters of a server's words that are looked at: senders of reports choose how many there are
COMPILED = tuple((word, re.compile(pattern, re.IGNORECASE)) for word, pattern in WORDS)
BY_STATUS = {
    "1.1": "userunknown",
    "1.2": "hostunknown",
    "1.3": "userunknown",
    "1.6": "hasmoved",
    "1.7": "rejected",
    "1.8": "rejected",
    "1.9": "rejected",
    "1.10": "notaccept",
    "2.0": "filtered",
    "2.1": "filtered",
    "2.2": "mailboxfull",
    "2.3": "mesgtoobig",
    "3.1": "systemfull",
    "3.3": "systemerror",
    "3.4": "mesgtoobig",
    "3.5": "systemerror",
    "4.0": "networkerror",
    "4.1": "expired",
    "4.2": "expired",
    "4.3": "systemerror",
    "4.4": "hostunknown",
    "4.5": "expired",
    "4.6": "networkerror",
    "4.7": "expired",
    "5.2": "syntaxerror",
    "5.3": "toomanyconn",
    "5.4": "systemerror",
    "6.0": "contenterror",
    "7.0": "securityerror",
    "7.1": "norelaying",
    "7.7": "contenterror",
    "7.8": "securityerror",
    "7.20": "authfailure",
    "7.21": "authfailure",
    "7.22": "authfailure",
    "7.23": "authfailure",
    "7.24": "authfailure",
    "7.25": "requireptr",
    "7.26": "authfailure",
    "7.27": "notaccept",
}
# Codes so exact that words cannot make them more so.
EXACT = frozenset({"1.1", "1.2", "1.10", "2.2", "3.4", "7.25", "7.26", "7.27", "4.7"})


def reason(status: str, words: str) -> str:
    """One word for the cause; `undefined` when neither status nor words tell."""
    detail = status.partition(".")[2]
    if detail in EXACT:
        return BY_STATUS[detail]
    return by_words(words) or BY_STATUS.get(detail, "undefined")


def by_words(words: str) -> str:
    """The cause that a server's words name; empty when they name none."""
    return next((word for word, pattern in COMPILED if pattern.search(words[:LONGEST])), "")
