"""django-post_office as shipped: a queue filled by `send_many`, drained by `send_queued_mail_until_done`."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from bench.contenders import Meter
from bench.send_letter import html, text


def database() -> dict[str, object]:
    """The peer's DATABASES entry."""
    if url := os.environ.get("PEER_DATABASE"):
        parts = urlsplit(url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path[1:],
            "USER": parts.username,
            "HOST": parts.hostname,
            "PORT": parts.port,
        }
    options = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}
    name = Path(os.environ["PEER_DATA"]) / "peer.sqlite3"
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(name), "OPTIONS": options}


def main(count: int, port: int) -> None:
    """Fill, then drain under the clock."""
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": database()},
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    from django.core.management import call_command
    from post_office import mail
    from post_office.models import STATUS, Email

    call_command("migrate", verbosity=0)
    mail.send_many(
        [
            {
                "recipients": f"Customer {number} Müller <user{number}@acme.example>",
                "sender": "Hub <hub@hub.example>",
                "subject": f"Invoice {number} für Müller",
                "message": text(number),
                "html_message": html(number),
            }
            for number in range(count)
        ]
    )
    with Meter() as meter:
        mail.send_queued_mail_until_done(processes=1)
    assert Email.objects.filter(status=STATUS.sent).count() == count
    meter.report(count)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
