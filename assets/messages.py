"""The catalogues of the interface's languages: gathers texts, lists what is missing, compiles; no system tools needed.

python assets/messages.py update     texts from code and templates into mailroom/locale/*/LC_MESSAGES/django.po
python assets/messages.py missing    what has no translation yet; exit status 1 when there is any
python assets/messages.py compile    the .mo files that Django reads
"""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mailroom"
LANGUAGES = ("nb",)  # English is what the code says
SINGULAR = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
CALL = re.compile(r"""\b(n?gettext|_)\(((?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*"|,|\s|[\w.]+)+)\)""")
HEAD = "# Texts of Mailroom's windows, mails and messages. `make messages` keeps it up to date."
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
Texts = str | tuple[str, ...]


def place(language: str) -> Path:
    """Where the catalogue of a language is."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def texts() -> Iterator[tuple[Texts, str]]:
    """Every text to translate, with the file it stands in; a plural as a pair."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for found in of_code(path.read_text("utf-8")):
            yield found, str(path.relative_to(ROOT))
    for path in sorted(PACKAGE.rglob("*.html")):
        for found in of_template(path.read_text("utf-8")):
            yield found, str(path.relative_to(ROOT))


def of_code(source: str) -> Iterator[Texts]:
    """The texts of one Python file, those within f-strings too."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        count = 1 if name in SINGULAR else 2 if name in PLURAL else 0
        found = tuple(one.value for one in node.args[:count] if isinstance(one, ast.Constant))
        if count and len(found) == count and all(isinstance(text, str) for text in found):
            yield found if count == 2 else found[0]


def of_template(source: str) -> Iterator[Texts]:
    """The texts of one template."""
    from django.utils.translation.template import templatize

    for call in CALL.finditer(templatize(source, origin="template")):
        strings = [part for part in ast.parse(call[0]).body[0].value.args if isinstance(part, ast.Constant)]  # type: ignore[attr-defined]
        found = tuple(str(part.value) for part in strings if isinstance(part.value, str))
        if len(found) == 2 and call[1] == "ngettext":
            yield found
        elif found:
            yield found[0]


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it is kept; empty when there is none."""
    path = place(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(language: str) -> Catalog:
    """Bring the catalogue up to date: new texts come without translation, texts that are gone go."""
    kept = catalogue(language)
    fresh = _empty(language)
    for found, _where in texts():
        known = kept.get(found if isinstance(found, str) else found[0])
        fits = known is not None and isinstance(known.string, str) == isinstance(found, str)  # one form may become two
        fresh.add(found, known.string if known and fits else None)
    _write(language, fresh)
    return fresh


def _empty(language: str) -> Catalog:
    """A catalogue whose head says nothing that changes from day to day."""
    head = {"project": "Mailroom", "version": "1", "msgid_bugs_address": "-", "last_translator": "-"}
    head["language_team"] = "-"
    made = Catalog(locale=language, charset="utf-8", header_comment=HEAD, fuzzy=False, creation_date=BEGUN, **head)
    made.revision_date = BEGUN
    return made


def _write(language: str, fresh: Catalog) -> None:
    path = place(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=0, sort_output=True, no_location=True)


def missing(language: str) -> list[str]:
    """The texts of code and templates that have no translation."""
    kept = catalogue(language)
    wanted = {found if isinstance(found, str) else found[0] for found, _where in texts()}
    return sorted(text for text in wanted if not _translated(kept.get(text)))


def wrong(language: str) -> list[str]:
    """The texts whose translation names other values than they do, such as %(name)s or {{ name }}."""
    found = []
    for message in catalogue(language):
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        pairs = zip(ids, strings, strict=False)
        if any(one and text and _values(one) != _values(text) for text, one in pairs):
            found.append(str(ids[0]))
    return found


def _values(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|%[sd]", text))


def _translated(message: Message | None) -> bool:
    if message is None:
        return False
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(strings)


def compile_all() -> None:
    """Write the .mo file of every language."""
    for language in LANGUAGES:
        with place(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue(language))


def main(command: str) -> int:
    """Run one command."""
    if command == "compile":
        compile_all()
        return 0
    if command == "update":
        for language in LANGUAGES:
            update(language)
    lacking = {language: missing(language) + wrong(language) for language in LANGUAGES}
    for language, found in lacking.items():
        for text in found:
            print(f"{language}: {text!r}")
    return 1 if any(lacking.values()) and command == "missing" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "missing"))
