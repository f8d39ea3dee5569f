"""Words that promise a file, in the languages our users write."""

import re

# en, nb/nn, sv, da, de, fr, es, nl, pl, fi, it: a line a language.
PROMISES = (
    r"attach(?:ed|ment|ments|ing)?|enclos(?:ed|ure|ures|ing)",
    r"vedlegg(?:et|ene|a)?|vedlagt(?:e)?|legg(?:er|e|jer)? ved|ligg(?:er|e|jer)? ved|lagt ved",
    r"bifoga(?:d|t|de|s|r)?|bilag(?:a|an|or|t)?|bilagd(?:a)?",
    r"vedhæft(?:et|ede|ning|ninger|er)?|vedlag[td]e?|bilag(?:et|ene)?",
    r"anbei|angehängt(?:e[nrs]?)?|beigefügt(?:e[nrs]?)?|anhang|anlage|anhänge|anlagen|im anhang",
    r"ci-joint(?:e|s|es)?|pièces? jointes?|joins? à ce",
    r"adjunt(?:o|a|os|as|amos)",
    r"bijlagen?|bijgevoegde?|bijgesloten",
    r"załącz(?:nik|niku|niki|am|amy|ony|ona|one)|w załączeniu",
    r"liittee(?:nä|t|ssä|llä|n)?|ohessa|liite|oheis(?:ena|tettu)",
    r"allegat(?:o|a|i|e)|in allegato|allego",
)
PROMISE = re.compile(rf"(?<!\w)(?:{'|'.join(PROMISES)})(?!\w)", re.IGNORECASE)


def promise(text: str) -> str:
    """The first word of `text` that promises a file; empty when none does."""
    found = PROMISE.search(text)
    return found[0] if found else ""
