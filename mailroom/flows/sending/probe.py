"""*Test* of the outgoing server: resolve, connect, TLS, sign in, MAIL FROM."""

import contextlib
import smtplib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from mailroom.flows.sending import smtp
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
        self.client: smtplib.SMTP | None = None

    def greet(self) -> str:
        """Connect as sending does."""
        self.client = smtp.connect(self.account)
        return (
            " ".join(self.client.ehlo_resp.decode("utf-8", "backslashreplace").split()) if self.client.ehlo_resp else ""
        )

    def sign_in(self) -> None:
        """Sign in as sending does."""
        credentials = connection.outgoing_credentials(self.account)
        if self.client is not None and credentials is not None:
            smtp.sign_in(self.client, credentials)

    def mail_from(self) -> str:
        """Whether the server lets this account send from its address."""
        if self.client is None:
            return ""
        code, text = self.client.mail(self.account.email_address)
        words = f"{code} {text.decode('utf-8', 'backslashreplace')}"
        if code >= 400:
            raise connection.Refused(words)
        self.client.rset()
        return words

    def close(self) -> None:
        """End the connection."""
        if self.client is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self.client.quit()
