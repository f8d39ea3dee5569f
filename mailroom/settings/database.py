"""The database setting: SQLite (WAL, immediate transactions) by default, PostgreSQL by URL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mailroom.settings.environment import SettingsError

# Pages ask for few rows at a time: beginning parallel workers, or compiling, takes longer than any of it.
AS_PAGES_WANT = "-c max_parallel_workers_per_gather=0 -c jit=off"


def databases(url: str, data: Path) -> dict[str, Any]:
    """Django's DATABASES for `url`; an empty one or `sqlite:///path` is SQLite."""
    if not url:
        return {"default": sqlite(data / "mailroom.sqlite3")}
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"default": sqlite(Path(unquote(parts.path)))}
    if parts.scheme in {"postgresql", "postgres"}:
        options = dict(parse_qsl(parts.query))  # libpq's own, sslmode among them: without it nobody checks the server
        options.setdefault("options", AS_PAGES_WANT)
        host = options.pop("host", "")
        return {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(parts.path.lstrip("/")),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": parts.hostname or host,
                "PORT": str(parts.port or options.pop("port", "")),
                "OPTIONS": options,
                "CONN_MAX_AGE": 60,
                "CONN_HEALTH_CHECKS": True,
            }
        }
    raise SettingsError(f"MAILROOM_DATABASE_URL begins with {parts.scheme!r}; use postgresql:// or leave it empty.")


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite as a server database: readers never wait, and writers queue instead of failing as locked."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
        },
        "CONN_MAX_AGE": 60,
        "TEST": {"NAME": str(path.with_suffix(".tests.sqlite3"))},  # a file, so that threads and processes share it
    }
