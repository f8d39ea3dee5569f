"""The test database of this process as the migrations left it: installations of tests begin with a copy."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from tests.servers import postgres
from tests.servers.commands import MAILROOM


@dataclass(frozen=True, slots=True)
class Migrated:
    """A kept copy: its file on SQLite, its name on the server of this run on PostgreSQL."""

    file: Path | None
    name: str

    def lay_down(self, data: Path) -> Path:
        """Make the data folder of an installation on SQLite, its tables made; the folder."""
        data.mkdir(parents=True)
        if self.file is not None:
            shutil.copyfile(self.file, data / "mailroom.sqlite3")
        else:  # this run is about PostgreSQL and has no such file
            kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILROOM_")}
            subprocess.run([MAILROOM, "migrate"], env=kept | {"MAILROOM_DATA": str(data)}, check=True)
        return data


def keep() -> Migrated:
    """Copy the test database, to which no test has written and nobody else is connected."""
    if connection.vendor == "sqlite":
        file = Path(os.environ["MAILROOM_DATA"]) / "migrated.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(file)])
        return Migrated(file, "")
    tested = connection.settings_dict["NAME"]
    connection.close()
    postgres.create_database(postgres.of_this_run(), f"{tested}_migrated", tested)
    return Migrated(None, f"{tested}_migrated")


def drop(kept: Migrated) -> None:
    """Remove a copy on PostgreSQL; a file goes with the data folder."""
    if kept.name:
        postgres.drop_database(postgres.of_this_run(), kept.name)
