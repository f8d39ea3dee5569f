"""Every setting of an installation, once: its name, type, default and a sentence (`mailroom settings` prints them)."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "MAILROOM_"
TEST_NAMES = frozenset({"MAILROOM_CORPUS", "MAILROOM_TEST_DATABASE", "MAILROOM_TEST_DATABASE_URL"})


class SettingsError(Exception):
    """The environment holds something that Mailroom cannot start with; the text says what to change."""


class Environment(BaseSettings):
    """The typed settings, read from `MAILROOM_*` variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data: Path = Field(Path("data"), description="Folder for the database, files and the key file.")
    database_url: str = Field(
        "", description="postgresql://user:password@host/name?sslmode=verify-full; empty for SQLite in the data folder."
    )
    url: str = Field("", description="Public address of the installation, used in links sent by mail.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    files_url: str = Field("", description="Folder for stored mail and files; empty for `files` in the data folder.")
    log: Literal["text", "json"] = Field("text", description="Form of the log lines: text or json.")
    workers: int = Field(
        2, ge=0, le=64, description="Worker threads beside the web server; 0 when `mailroom worker` runs apart."
    )
    audit_days: int = Field(1095, ge=0, le=36500, description="Days that the audit trail is kept; 0 keeps it for ever.")
    hsts_seconds: int = Field(
        31_536_000,
        ge=0,
        description="Seconds that browsers keep to https once they came by it (HSTS), told by https alone; 0 is none.",
    )
    debug: bool = Field(False, description="Show tracebacks in the browser; for development only.")

    @property
    def public_url(self) -> str:
        """The address that people reach, without a slash at its end."""
        return (self.url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def files_folder(self) -> Path:
        """Where stored mail and files lie."""
        return Path(self.files_url.removeprefix("file://")) if self.files_url else self.data / "files"


def known_names() -> tuple[str, ...]:
    """The names of all environment variables that Mailroom reads, sorted."""
    return tuple(sorted(PREFIX + name.upper() for name in Environment.model_fields))


def refuse_unknown_names(variables: Mapping[str, str]) -> None:
    """Raise SettingsError for a `MAILROOM_*` variable nobody reads, naming the nearest right one."""
    names = known_names()
    for name in sorted(variables):
        if name.startswith(PREFIX) and name not in names and name not in TEST_NAMES:
            nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.0)
            raise SettingsError(
                f"{name} is no setting of Mailroom. Did you mean {nearest[0]}? See `mailroom settings`."
            )


def read(variables: Mapping[str, str] | None = None) -> Environment:
    """Read and check the settings; raises SettingsError with a sentence a person can act on."""
    refuse_unknown_names(os.environ if variables is None else variables)
    try:
        return Environment()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsError(f"{name}: {first['msg']} (it is {first.get('input')!r}).") from error
