"""A private Dovecot: IMAP, POP3, LMTP and submission; plain, STARTTLS and TLS; good and bad certificates.

The good certificate is shown on 127.0.0.1, the expired one on 127.0.0.2, one for another name on 127.0.0.3 and a
self-signed one on 127.0.0.4, each on the same ports (`certificates.GOOD` and so on).
"""

import base64
import itertools
import os
import pwd
import shutil
import subprocess
import uuid
from pathlib import Path

from tests.servers import certificates, dovecot_settings, processes
from tests.servers.mailbox import Mailbox, Place
from tests.servers.oauth import OAuthServer

DOMAIN = "mailroom.test"
HOST = "127.0.0.1"


class DovecotServer:
    """One running Dovecot; every test asks it for fresh mailboxes."""

    def __init__(
        self, made: certificates.Certificates, oauth: OAuthServer, relay_port: int, capabilities: str = ""
    ) -> None:
        self.host, self.domain, self.certificates, self.oauth = HOST, DOMAIN, made, oauth
        self.folder = processes.own_folder("dovecot")
        self.ports = {name: processes.free_port() for name in dovecot_settings.PROTOCOL_PORTS}
        self._numbers = itertools.count(1)
        self._mailboxes: dict[str, Mailbox] = {}
        mail_user = (
            pwd.getpwnam(processes.unprivileged_user("mail")) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        )
        self._owner = (mail_user.pw_uid, mail_user.pw_gid)
        (self.folder / "mail").mkdir()
        os.chown(self.folder / "mail", *self._owner)
        (self.folder / "users").mkdir()
        self.configuration = self.folder / "dovecot.conf"
        self.configuration.write_text(
            dovecot_settings.render(self.folder, self.ports, relay_port, made.good.certificate.parent, capabilities)
        )
        (self.folder / "oauth2.conf").write_text(dovecot_settings.oauth2(oauth.tokeninfo_url))
        self._process: processes.ServerProcess | None = None

    @property
    def ca_file(self) -> Path:
        """The authority to trust; the product reads it from `SSL_CERT_FILE`."""
        return self.certificates.ca_file

    def start(self) -> "DovecotServer":
        """Start, and return when every port answers."""
        program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if program is None:
            raise processes.ServerNotStarted("Dovecot is missing; run python tests/servers/packages.py")
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        if not version.startswith("2.3."):
            raise processes.ServerNotStarted(f"The test configuration is for Dovecot 2.3; this one is {version}")
        self._process = processes.start(
            "Dovecot", [program, "-F", "-c", self.configuration], self.folder / "dovecot.log"
        )
        self._process.wait_until(lambda: all(map(processes.answers, self.ports.values())))
        return self

    def stop(self) -> None:
        """Stop; the mailboxes stay, and `start` brings them back on the same ports."""
        if self._process is not None:
            self._process.stop()

    def add_mailbox(self, name: str = "", password: str = "") -> Mailbox:
        """A fresh, empty mailbox `name-<unique>@mailroom.test`, or exactly `name` when it holds an '@'."""
        address = name if "@" in name else f"{name or 'box'}-{next(self._numbers)}-{uuid.uuid4().hex[:8]}@{DOMAIN}"
        password = password or uuid.uuid4().hex
        home = self.folder / "mail" / uuid.uuid4().hex
        home.mkdir()
        os.chown(home, *self._owner)
        place = Place(HOST, self.ports["imap"], self.ports["lmtp"], home, self.configuration, self._owner)
        self._mailboxes[address.lower()] = mailbox = Mailbox(place, address, password)
        self._write_users()
        return mailbox

    def remove_mailbox(self, mailbox: Mailbox) -> None:
        """The server no longer knows this user."""
        self._mailboxes.pop(mailbox.address.lower(), None)
        self._write_users()

    def change_password(self, mailbox: Mailbox, password: str) -> None:
        """From now on only the new password is good."""
        mailbox.password = password
        self._write_users()

    def has(self, address: str) -> bool:
        """Whether this address is a mailbox here."""
        return address.lower() in self._mailboxes

    def password_is(self, address: str, password: str) -> bool:
        """Whether this is the password of that mailbox."""
        mailbox = self._mailboxes.get(address.lower())
        return mailbox is not None and mailbox.password == password

    def access_token(self, mailbox: Mailbox) -> str:
        """A token with which this user may log in by XOAUTH2."""
        return self.oauth.issue(mailbox.address).access_token

    def log(self) -> str:
        """Everything Dovecot has logged so far."""
        return (self.folder / "dovecot.log").read_text(errors="replace")

    def _write_users(self) -> None:
        """One password file a mailbox: Dovecot looks for changes of a file it has read only once a second."""
        uid, gid = self._owner
        for path in (self.folder / "users").iterdir():
            if path.name not in self._mailboxes:
                path.unlink()
        for address, mailbox in self._mailboxes.items():
            secret = base64.b64encode(mailbox.password.encode()).decode()
            line = f"{address}:{{PLAIN.b64}}{secret}:{uid}:{gid}::{mailbox.place.home}::\n"
            written = self.folder / "users" / address
            if not written.exists() or written.read_text() != line:
                draft = self.folder / "users.new"
                draft.write_text(line)
                draft.rename(written)
