"""What somebody on the line says before the encrypted connection stands is worth nothing once it stands."""

import socket
import threading
from pathlib import Path

import pytest

from mailroom.flows.receiving.servers import imap_connection
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Credentials, Endpoint
from mailroom.records.email_accounts.models import EmailAccount
from tests.servers import certificates


def _serve(listening: socket.socket, certificate: certificates.Certificate) -> None:
    """Answers STARTTLS with two answers too many: before its own, and behind it in the same packet."""
    plain, _address = listening.accept()
    plain.sendall(b"* OK hello\r\n")
    while command := plain.recv(1000).decode():
        tag, name = command.split()[:2]
        if name == "CAPABILITY":
            plain.sendall(f"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n".encode())
        if name == "STARTTLS":
            plain.sendall(f"* SEARCH 666\r\n* LIST () NIL evil\r\n{tag} OK done\r\n* SEARCH 777\r\n".encode())
            break
    with certificate.server_context().wrap_socket(plain, server_side=True) as secure:
        tag = secure.recv(1000).decode().split()[0]
        secure.sendall(f"* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n".encode())
        secure.recv(1000)


def test_answers_in_clear_text_are_forgotten_when_encryption_begins(tmp_path: Path) -> None:
    made = certificates.make(tmp_path)
    account = EmailAccount(
        incoming_server_encrypted_connection="starttls", certificate_authority=made.ca_file.read_text()
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=_serve, args=(listening, made.good), daemon=True)
        server.start()
        client = imap_connection.connect(Endpoint("127.0.0.1", listening.getsockname()[1], "starttls", 10.0), account)
        assert "IDLE" in client.capabilities
        assert client.untagged_responses == {}
        imap_connection.hang_up(client)
        server.join(10)


@pytest.mark.parametrize("username", ["kari\r\nA1 DELETE INBOX", "kari\n", "ka\0ri"])
def test_a_line_break_in_a_user_name_is_no_command(username: str) -> None:
    asked: list[str] = []
    with pytest.raises(connection.SignInRefused):
        connection.signed_in(
            EmailAccount(),
            lambda: asked.append("dialled"),
            lambda _client, found: asked.append(found.username),
            lambda _client: None,
            Credentials(username, "secret"),
        )
    assert asked == []
