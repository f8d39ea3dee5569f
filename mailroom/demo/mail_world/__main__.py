"""`python -m mailroom.demo.mail_world FOLDER`: the world of mail alone, until Ctrl+C."""

import signal
import sys
from pathlib import Path

from mailroom.demo.company import cast
from mailroom.demo.mail_world import world


def main(arguments: list[str]) -> int:
    """Run the world over the folder named in the arguments (default: ./data/demo-mail)."""
    folder = Path(arguments[0]) if arguments else Path("data") / "demo-mail"
    running = world.MailWorld(folder, cast.residents()).start()
    sys.stderr.write(f"SMTP on {world.HOST}:{running.smtp_port}, IMAP on {world.HOST}:{running.imap_port}\n")
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    running.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
