"""Names of files: the type they tell, and how they lie: turned round, a second ending, blanks hiding the last one."""

import mimetypes
import re
from enum import StrEnum

HIDDEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f]")
PROGRAMS = frozenset(
    "ade apk app appx bat chm cmd com cpl dll dmg exe gadget hta htm html ins iso jar js jse lnk msc msi msix msp mst "
    "pif ps1 reg scf scr sct sh shb shtml svg sys url vb vbe vbs vhd wsc wsf wsh xhtml xll".split()
)
DOCUMENTS = frozenset(
    "csv doc docx eml gif jpeg jpg mp3 mp4 odp ods odt pdf png ppt pptx rtf tif tiff txt wav webp xls xlsx zip".split()
)
LONGEST = 180
UNKNOWN = "application/octet-stream"


class Lie(StrEnum):
    """What is wrong with a name."""

    NONE = ""
    TURNED = "turned"
    DOUBLE = "double"
    PROGRAM = "program"


def shown(name: str) -> str:
    """The name as it can be shown and saved: no invisible signs, no folders, blanks made one, of bearable length."""
    plain = " ".join(HIDDEN.sub("", name).replace("/", "_").replace("\\", "_").split()).strip(". ") or "file"
    if len(plain) <= LONGEST:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: LONGEST - len(ending) - 2]}….{ending}" if dot and len(ending) < 12 else f"{plain[:LONGEST]}…"


def lie_of(name: str) -> Lie:
    """How a name deceives, if it does: by a turned direction, by a second ending, or by being a program."""
    parts = shown(name).lower().rsplit(".", 2)
    ending = parts[-1].strip() if len(parts) > 1 else ""
    if re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]", name):
        return Lie.TURNED
    if ending in PROGRAMS:
        return Lie.DOUBLE if len(parts) == 3 and parts[1].strip() in DOCUMENTS else Lie.PROGRAM
    return Lie.NONE


def type_of(name: str) -> str:
    """The type that a file's name tells; application/octet-stream for one that tells none."""
    return mimetypes.guess_type(name)[0] or UNKNOWN


def of_mail(subject: str, ending: str = ".eml") -> str:
    """The name of the file that a mail is, by its subject."""
    readable = re.sub(r"[^\w .-]+", "_", " ".join(subject.split()))[:80]
    return f"{readable or 'message'}{ending}"


def without_path(name: str) -> str:
    """A name without folders and control characters."""
    if "/" in name or "\\" in name:
        name = name.replace("\\", "/").rpartition("/")[2]
    return (name if name.isprintable() else "".join(filter(str.isprintable, name))).strip()
