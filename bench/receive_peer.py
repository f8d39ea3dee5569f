"""django-mailbox receives the bench's mailbox, as it comes from its package; run by the peer's own Python."""

import logging
import os
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

from bench import letters
from bench.contenders import Meter


def settings() -> dict[str, object]:
    """Django's settings: SQLite as a server would have it (WAL), or PostgreSQL."""
    data, url = Path(os.environ["PEER_DATA"]), urlsplit(os.environ["PEER_DATABASE"])
    database: dict[str, object] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data / "peer.sqlite3"),
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
    }
    if url.scheme:
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.path.lstrip("/"),
            "USER": url.username,
            "HOST": url.hostname,
            "PORT": url.port,
        }
    return {
        "DATABASES": {"default": database},
        "INSTALLED_APPS": ["django_mailbox"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "MEDIA_ROOT": str(data / "media"),
        "USE_TZ": True,
    }


def case(count: int) -> None:
    """Receive the mailbox that BENCH_BOX names."""
    import django

    host, port, username, password = os.environ["BENCH_BOX"].split()
    from django.conf import settings as configured

    configured.configure(**settings())
    django.setup()
    from django.core.management import call_command
    from django_mailbox.models import Mailbox, Message

    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    mailbox = Mailbox.objects.create(name="bench", uri=f"imap://{quote(username)}:{quote(password)}@{host}:{port}")
    with Meter() as meter:
        for _message in mailbox.get_new_mail():
            pass
    stored = Message.objects.count()
    assert stored == count, stored
    meter.report(stored, letters.bytes_of(count))


if __name__ == "__main__":
    case(int(sys.argv[1]))
