"""*Test* of the outgoing server: resolve, connect, TLS, sign in, MAIL FROM."""

import contextlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from mailroom.flows.sending import smtp
from mailroom.flows.sending import wire as wires
from mailroom.flows.sending.wire import Wire
from mailroom.records.email_accounts import connection, probing
from mailroom.records.email_accounts.models import EmailAccount, Encryption
from mailroom.records.email_accounts.probing import ProbeStep


def steps(account: EmailAccount) -> Iterator[ProbeStep]:
    """Each step of the test as it ends; nothing is sent."""
    attempt = _Attempt(account)
    endpoint = connection.outgoing(account)
    wanted = [
        (_("Find the server"), lambda: probing.resolve(endpoint)),
        (_("Connect"), lambda: probing.connect(endpoint)),
        (_("Greeting") if endpoint.encryption == Encryption.NONE else _("Encrypted connection"), attempt.greet),
    ]
    if connection.outgoing_credentials(account) is not None:
        wanted.append((_("Sign in"), attempt.sign_in))
    wanted.append((_("Sender address"), attempt.mail_from))
    try:
        yield from probing.run("SMTP", wanted)
    finally:
        attempt.close()


class _Attempt:
    """The connection that the later steps share."""

    def __init__(self, account: EmailAccount) -> None:
        self.account = account
        self.wire: Wire | None = None
        self.offers: dict[str, str] = {}

    def greet(self) -> str:
        """Connect as sending does."""
        self.wire, self.offers = wires.connect(self.account, smtp.own_name(self.account))
        return ", ".join(" ".join(offer).strip() for offer in self.offers.items())

    def sign_in(self) -> None:
        """Sign in as sending does."""
        credentials = connection.outgoing_credentials(self.account)
        if self.wire is not None and credentials is not None:
            wires.sign_in(self.wire, self.offers, credentials)

    def mail_from(self) -> str:
        """Whether the server lets this account send from its address."""
        if self.wire is None:
            return ""
        answer = self.wire.command(f"MAIL FROM:<{smtp.wire_address(self.account.email_address)}>")
        if not answer.accepted:
            raise connection.Refused(str(answer))
        self.wire.command("RSET")
        return str(answer)

    def close(self) -> None:
        """End the connection."""
        if self.wire is not None:
            with contextlib.suppress(OSError):
                self.wire.command("QUIT")
            self.wire.close()
