"""Domains that are one slip of the finger away from another: gmial.com and gmail.com."""

from collections.abc import Iterator

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-."
LONGEST = 40
SHORTEST = 8
PROVIDERS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com aol.com gmx.com "
    "gmx.de gmx.net web.de t-online.de freenet.de hotmail.no outlook.no online.no live.no getmail.no broadpark.no "
    "hotmail.se telia.com hotmail.co.uk yahoo.co.uk btinternet.com yahoo.de yahoo.fr orange.fr wanadoo.fr free.fr "
    "laposte.net hotmail.fr libero.it virgilio.it wp.pl onet.pl interia.pl ziggo.nl kpnmail.nl "
    "proton.me protonmail.com fastmail.com mail.com zoho.com yandex.ru mail.ru".split()
)


def one_slip_away(domain: str) -> set[str]:
    """Every domain that a letter left out, doubled, wrong or in the wrong place would have made into this one."""
    if not SHORTEST <= len(domain) <= LONGEST:
        return set()
    return {name for name in _slips(domain) if "." in name.strip(".") and name != domain}


def _slips(domain: str) -> Iterator[str]:
    for place in range(len(domain) + 1):
        before, after = domain[:place], domain[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
