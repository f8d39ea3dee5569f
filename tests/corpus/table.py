"""Writes docs/mail-truth.md: how far we agree with the corpus. Usage: python -m tests.corpus.table"""

from collections.abc import Sequence
from pathlib import Path

from tests.corpus import claims, reader, reasons, threads
from tests.corpus.claims import Claim

PAGE = Path(__file__).parents[2] / "docs" / "mail-truth.md"
AIMS = {"bounce": 97, "reply": 92, "threads": 100, "charset": 97, "structure": 98, "attachments": 98}
HEAD = """# What Mailroom makes of foreign mail

Made by `python -m tests.corpus.table`; not edited by hand. Each row holds what the sources of the corpus state of their
own files against what `mailroom parse` gives. A disagreement has its reason: sources differ among themselves, and some
facts are one program's choice. *Bounce reason* is the cause in one word, where each program has words of its own.
Names that a program made up for a file without one claim nothing of the mail and are not counted; where a mail gives a
file two names, either counts; an attached mail is the same whatever its line ends and however it is written out.

"""


def all_claims() -> list[Claim]:
    """Every claim of the corpus, threads among them."""
    return [claim for sample in reader.samples() for claim in claims.claims(sample)] + list(threads.claims())


def agreement(found: Sequence[Claim], area: str) -> tuple[int, int]:
    """How many claims of an area agree, and how many there are."""
    ours = [claim for claim in found if claim.area == area]
    return sum(claim.agrees for claim in ours), len(ours)


def page(found: Sequence[Claim]) -> str:
    """The whole page."""
    lines = ["| capability | facts | agree | of them | aim |", "|---|---:|---:|---:|---:|"]
    for area in sorted({claim.area for claim in found}):
        agree, total = agreement(found, area)
        aim = f"{AIMS[area]} %" if area in AIMS else ""
        lines.append(f"| {area} | {total} | {agree} | {100 * agree / total:.1f} % | {aim} |")
    lines += ["", "## Disagreements", "", "| file | fact | stated | ours | reason |", "|---|---|---|---|---|"]
    for claim in found:
        if not claim.agrees:
            cells = (claim.file, claim.fact, claim.expected, claim.found, reasons.reason(claim.file, claim.fact))
            lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return HEAD + "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    clean = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(clean[:110].replace("|", "\\|").replace("<", "&lt;").replace("`", "'").split())


if __name__ == "__main__":
    PAGE.write_text(page(all_claims()), "utf-8")
