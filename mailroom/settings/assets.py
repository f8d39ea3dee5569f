"""Where styles, scripts and icons are served: the address holds a word for what they say, so none is ever stale."""

import hashlib
from pathlib import Path


def address(package: Path) -> str:
    """`/static/<word>/` for the files as they are now; modules that name each other relatively stay together in it.

    Browsers may keep what they got for good: an installation with other files has another address.
    """
    found = hashlib.blake2b(digest_size=6)
    for file in sorted((package / "faces").glob("*/static/**/*")):
        if file.is_file():
            found.update(f"{file.relative_to(package)}\0".encode())
            found.update(file.read_bytes())
    return f"/static/{found.hexdigest()}/"
