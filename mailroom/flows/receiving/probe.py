"""*Test* of the incoming server: resolve, connect, TLS, sign in, list folder."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from mailroom.flows.receiving.servers import imap, imap_connection, pop3
from mailroom.records.email_accounts import connection, probing
from mailroom.records.email_accounts.models import EmailAccount, Encryption, IncomingMailProtocol
from mailroom.records.email_accounts.probing import ProbeStep


def steps(account: EmailAccount) -> Iterator[ProbeStep]:
    """Each step of the test as it ends; nothing for an account that receives no mail."""
    if account.incoming_mail_protocol == IncomingMailProtocol.NONE:
        return
    attempt = _Attempt(account)
    endpoint = connection.incoming(account)
    plain = endpoint.encryption == Encryption.NONE
    try:
        yield from probing.run(
            account.incoming_mail_protocol,
            [
                (_("Find the server"), lambda: probing.resolve(endpoint)),
                (_("Connect"), lambda: probing.connect(endpoint)),
                (_("Greeting") if plain else _("Encrypted connection"), attempt.greet),
                (_("Sign in"), attempt.sign_in),
                (_("Open the folder"), attempt.open_folder),
            ],
        )
    finally:
        attempt.close()


class _Attempt:
    """The connection that the later steps share."""

    def __init__(self, account: EmailAccount) -> None:
        self.account = account
        self.imap: imap.ImapSession | None = None
        self.pop3: pop3.Pop3Session | None = None

    def greet(self) -> str:
        """Open the connection as receiving does."""
        if self.account.incoming_mail_protocol == IncomingMailProtocol.POP3:
            client = pop3.connect(self.account)
            self.pop3 = pop3.Pop3Session(client)
            return client.getwelcome().decode("utf-8", "backslashreplace")
        server = imap.dial(self.account)
        self.imap = imap.ImapSession(server)
        return server.welcome.decode("utf-8", "backslashreplace")

    def sign_in(self) -> None:
        """Sign in as receiving does."""
        if self.pop3:
            pop3.sign_in(self.pop3.client, connection.incoming_credentials(self.account))
        elif self.imap:
            imap_connection.sign_in(self.imap.client, connection.incoming_credentials(self.account))

    def open_folder(self) -> str:
        """Open the folder and count what is there."""
        if self.pop3:
            return _("%(count)d messages") % {"count": self.pop3.client.stat()[0]}
        if self.imap is None:
            return ""
        folder = self.imap.folders(self.account.root_folder)[0]
        return _("%(folder)s, %(count)d messages") % {"folder": folder, "count": self.imap.count(folder)}

    def close(self) -> None:
        """End whatever was opened."""
        for session in (self.imap, self.pop3):
            if session is not None:
                session.close()
