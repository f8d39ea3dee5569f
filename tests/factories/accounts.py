"""Accounts on the private servers."""

import itertools
from typing import Any

from mailroom.records.email_accounts.models import EmailAccount
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import Mailbox
from tests.servers.smtp import SmtpServer

_numbers = itertools.count(1)


def receiving(dovecot: DovecotServer, mailbox: Mailbox, protocol: str = "IMAP") -> dict[str, Any]:
    """The fields of an account that fetches from this mailbox without encryption."""
    return {
        "email_address": mailbox.address,
        "incoming_mail_protocol": protocol,
        "incoming_mail_server": dovecot.host,
        "incoming_server_port": dovecot.ports[protocol.lower()],
        "incoming_server_encrypted_connection": "none",
        "username": mailbox.username,
        "password": mailbox.password,
    }


def sending(smtp: SmtpServer) -> dict[str, Any]:
    """The fields of an account that sends through this server without encryption and without signing in."""
    return {
        "outgoing_mail_server": smtp.host,
        "outgoing_server_port": smtp.port,
        "outgoing_server_encrypted_connection": "none",
        "my_outgoing_server_requires_authentication": False,
    }


class AccountFactory:
    """Makes an account and its mailbox; `make(incoming_mail_protocol="POP3")` and so on change any field."""

    def __init__(self, dovecot: DovecotServer, smtp: SmtpServer) -> None:
        self.dovecot, self.smtp = dovecot, smtp

    def values(self, mailbox: Mailbox) -> dict[str, Any]:
        """The fields of an account that signs in to this mailbox without encryption."""
        kept = {"email_account_id": f"TEST{next(_numbers)}", "timeout_seconds": 5}
        return kept | receiving(self.dovecot, mailbox) | sending(self.smtp)

    def make(self, mailbox: Mailbox | None = None, **changes: Any) -> EmailAccount:
        """A saved account; `account.mailbox` is the server's side."""
        mailbox = mailbox or self.dovecot.add_mailbox()
        values = self.values(mailbox)
        if changes.get("incoming_mail_protocol") == "POP3":
            values["incoming_server_port"] = self.dovecot.ports["pop3"]
        account = EmailAccount.objects.create(**(values | changes))
        account.mailbox = mailbox  # type: ignore[attr-defined]  # for the test alone
        return account
