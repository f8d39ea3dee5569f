"""The key file and what is made from it: sealing secrets at rest, and derived keys for signing.

The key file holds one Fernet key a line, newest first: new secrets are sealed with the first, old ones open with any.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class KeyFileError(Exception):
    """The key file is damaged, or a sealed secret was made with another one."""


@dataclass(frozen=True)
class Keys:
    """The keys of an installation, newest first."""

    lines: tuple[bytes, ...]

    def derive(self, purpose: str) -> str:
        """A key for one purpose, stable as long as the oldest line of the file stays last (RFC 5869)."""
        expander = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"mailroom " + purpose.encode())
        return base64.urlsafe_b64encode(expander.derive(self.lines[-1])).decode()

    def seal(self, secret: str) -> str:
        """Encrypt a secret for storing; an empty one stays empty."""
        return self._fernet().encrypt(secret.encode()).decode() if secret else ""

    def unseal(self, sealed: str) -> str:
        """Open a sealed secret; raises KeyFileError when no line of the key file fits."""
        if not sealed:
            return ""
        try:
            return self._fernet().decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise KeyFileError("A stored secret was sealed with another key file. Put that key file back.") from error

    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(line) for line in self.lines])


def read_or_create(path: Path) -> Keys:
    """Read the key file at `path`; where none is, make one that only its owner can read."""
    try:
        return _read(path)
    except FileNotFoundError:
        _create(path)
        return _read(path)


def _create(path: Path) -> None:
    """Put a whole key file in place at once, so that two processes starting together agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # beside it will lie all mail
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first: its file is the key file
    finally:
        draft.unlink()


def _read(path: Path) -> Keys:
    lines = tuple(line.strip() for line in path.read_bytes().splitlines() if line.strip())
    try:
        for line in lines:
            Fernet(line)
    except ValueError as error:
        raise KeyFileError(f"{path} is damaged: put the copy from your backup back.") from error
    if not lines:
        raise KeyFileError(f"{path} is empty: put the copy from your backup back.")
    return Keys(lines)
