"""Postfix's smtp-sink: takes any amount of mail and throws it away (or keeps it in files), for tests of volume."""

import os
import shutil
from pathlib import Path

from tests.servers import processes


class SmtpSink:
    """One running smtp-sink on a free port; `keep` stores every mail as a file with its envelope in front."""

    def __init__(self, *options: str, keep: bool = False) -> None:
        self.host, self.port = "127.0.0.1", processes.free_port()
        account = processes.unprivileged_user()
        self.folder = processes.own_folder("sink", account)
        program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if program is None:
            raise processes.ServerNotStarted("Postfix's smtp-sink is missing; run python tests/servers/packages.py")
        keeping = ["-d", f"{self.folder}/mail."] if keep else ["-c"]
        self._process = processes.start(
            "smtp-sink",
            [
                program,
                *(["-u", account] if os.geteuid() == 0 else []),
                *keeping,
                *options,
                f"{self.host}:{self.port}",
                "1000",
            ],
            self.folder / "sink.log",
            cwd=self.folder,
        )
        self._process.wait_until(lambda: processes.answers(self.port))

    def files(self) -> list[Path]:
        """The kept mails."""
        return sorted(self.folder.glob("mail.*"))

    def stop(self) -> None:
        """End it."""
        self._process.stop()
