"""The product as a process: it starts, stops cleanly, and takes up after a kill what it left."""

import json
import time

from tests.factories.accounts import AccountFactory
from tests.servers.app import App
from tests.servers.dovecot import DovecotServer
from tests.servers.smtp import SmtpServer


def test_up_serves_and_stops_cleanly_and_starts_again_at_once(app: App) -> None:
    app.start()
    app.stop()
    assert "Traceback" not in app.log()
    begun = time.monotonic()
    app.start()
    assert time.monotonic() - begun < 15
    assert app.is_ready()


def test_mail_queued_before_a_kill_goes_out_once_after_it(
    installed: App, dovecot: DovecotServer, smtp_server: SmtpServer
) -> None:
    """T12: the process is killed with mail in the queue; the next one sends each exactly once."""
    values = AccountFactory(dovecot, smtp_server).values(dovecot.add_mailbox("sales")) | {"email_account_id": "SALES"}
    del values["timeout_seconds"]
    file = installed.folder / "accounts.json"
    file.write_text(json.dumps([values]))
    imported = installed.run("accounts", "import", str(file))
    assert imported.returncode == 0, imported.stderr
    to = [f"kill{number}-{installed.port}@example.org" for number in range(4)]
    for address in to:
        done = installed.run("compose", "--account", "SALES", "--to", address, "--subject", "Hello", "--send")
        assert done.returncode == 0, done.stderr
    installed.start()
    installed.kill()
    installed.wait_until_gone()
    installed.start()
    for address in to:
        smtp_server.wait_for(address, seconds=60)
    time.sleep(1)
    assert [len(smtp_server.to(address)) for address in to] == [1, 1, 1, 1]
