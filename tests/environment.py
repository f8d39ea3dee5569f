"""Loaded before anything else (see pyproject.toml): gives every test process its own data folder and its database.

`MAILROOM_TEST_DATABASE=postgresql` runs the tests on a private PostgreSQL; SQLite is the default.
"""

import atexit
import os
import shutil
import tempfile

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

for name in [name for name in os.environ if name.startswith("MAILROOM_")]:
    if name not in {"MAILROOM_CORPUS", "MAILROOM_TEST_DATABASE", "MAILROOM_TEST_DATABASE_URL"}:
        del os.environ[name]
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver keeps an event loop in the tests' thread
os.environ["MAILROOM_DATA"] = tempfile.mkdtemp(prefix=f"mailroom-tests-{WORKER}-")
atexit.register(shutil.rmtree, os.environ["MAILROOM_DATA"], ignore_errors=True)

if os.environ.get("MAILROOM_TEST_DATABASE") == "postgresql":
    if not os.environ.get("MAILROOM_TEST_DATABASE_URL"):
        from tests.servers import postgres  # only this run needs it

        os.environ["MAILROOM_TEST_DATABASE_URL"] = postgres.PostgresServer().start().url("mailroom")
    os.environ["MAILROOM_DATABASE_URL"] = os.environ["MAILROOM_TEST_DATABASE_URL"]
