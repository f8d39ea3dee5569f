"""The test database of this process as the migrations left it: installations of tests begin with a copy."""

import os
import shutil
import subprocess
from functools import cached_property
from pathlib import Path

from django.db import connection

from tests.servers import postgres, processes
from tests.servers.commands import MAILROOM


class Migrated:
    """A kept copy: its file on SQLite, its `name` on the server of this run on PostgreSQL; neither if none was kept."""

    def __init__(self, kept: Path | None = None, name: str = "") -> None:
        self._kept, self.name = kept, name

    @cached_property
    def file(self) -> Path:
        """A database on SQLite; the product makes one, once, where this run kept no such file."""
        if self._kept is not None:
            return self._kept
        data = processes.own_folder("migrated")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILROOM_")}
        subprocess.run([MAILROOM, "migrate"], env=kept | {"MAILROOM_DATA": str(data)}, check=True, capture_output=True)
        return data / "mailroom.sqlite3"

    def lay_down(self, data: Path) -> Path:
        """Make the data folder of an installation on SQLite, its tables made; the folder."""
        data.mkdir(parents=True)
        shutil.copyfile(self.file, data / "mailroom.sqlite3")
        return data


def keep() -> Migrated:
    """Copy the test database, to which no test has written and nobody else is connected."""
    if connection.vendor == "sqlite":
        file = Path(os.environ["MAILROOM_DATA"]) / "migrated.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(file)])
        return Migrated(file)
    tested = connection.settings_dict["NAME"]
    connection.close()
    postgres.create_database(postgres.of_this_run(), f"{tested}_migrated", tested)
    return Migrated(name=f"{tested}_migrated")
