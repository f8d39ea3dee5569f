"""Browser tests: Playwright runs an event loop in the test's thread, and Django is told that this is meant."""

import os

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
