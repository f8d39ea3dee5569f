"""Accounts on the private servers."""

import itertools
from typing import Any

from mailroom.records.email_accounts.models import EmailAccount
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import Mailbox
from tests.servers.smtp import SmtpServer

_numbers = itertools.count(1)


class AccountFactory:
    """Makes an account and its mailbox; `make(incoming_mail_protocol="POP3")` and so on change any field."""

    def __init__(self, dovecot: DovecotServer, smtp: SmtpServer) -> None:
        self.dovecot, self.smtp = dovecot, smtp

    def values(self, mailbox: Mailbox) -> dict[str, Any]:
        """The fields of an account that signs in to this mailbox without encryption."""
        return {
            "email_account_id": f"TEST{next(_numbers)}",
            "email_address": mailbox.address,
            "incoming_mail_protocol": "IMAP",
            "incoming_mail_server": self.dovecot.host,
            "incoming_server_port": self.dovecot.ports["imap"],
            "incoming_server_encrypted_connection": "none",
            "outgoing_mail_server": self.smtp.host,
            "outgoing_server_port": self.smtp.port,
            "outgoing_server_encrypted_connection": "none",
            "my_outgoing_server_requires_authentication": False,
            "username": mailbox.username,
            "password": mailbox.password,
            "timeout_seconds": 5,
        }

    def make(self, mailbox: Mailbox | None = None, **changes: Any) -> EmailAccount:
        """A saved account; `account.mailbox` is the server's side."""
        mailbox = mailbox or self.dovecot.add_mailbox()
        values = self.values(mailbox)
        if changes.get("incoming_mail_protocol") == "POP3":
            values["incoming_server_port"] = self.dovecot.ports["pop3"]
        account = EmailAccount.objects.create(**(values | changes))
        account.mailbox = mailbox  # type: ignore[attr-defined]  # for the test alone
        return account
