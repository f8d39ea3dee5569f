"""What lists of emails are sorted by where the text itself is too long for an index: its beginning, folded.

A key is bytes, so that both databases compare it the same whatever their collation; æ, ø and å stand after z.
"""

from mailroom.records.emails.search import words

LETTERS = 60
READ = 300  # letters looked at: folding and blanks may shorten them
AFTER_Z = str.maketrans({"æ": "{", "ø": "|", "å": "}"})


def of(text: str) -> bytes:
    """The key of a text: its first 60 letters, small, without accents, runs of blanks as one."""
    beginning = " ".join(text[:READ].split())
    if not beginning.isascii():
        beginning = words.composed(beginning).lower().translate(AFTER_Z)
    return words.fold(beginning)[:LETTERS].encode("utf-8", "replace")
