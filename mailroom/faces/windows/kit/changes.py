"""The change mark that open windows ask for each second; a process asks the database at most four times a second."""

import threading
import time

from django.http import HttpRequest, HttpResponse

from mailroom.faces.windows.kit.lookups import OPEN_TO_ALL
from mailroom.faces.windows.kit.views import WindowView
from mailroom.flows.receiving import quarantine
from mailroom.records.conversations import notes
from mailroom.records.emails import changes

FRESH_SECONDS = 0.25


def _read() -> str:
    """The newest email, its newest move, the newest mention, and what quarantine holds."""
    return f"{changes.mark()}.{notes.newest_mention()}.{quarantine.change_mark()}"


class _Kept:
    """The mark of this process and when it was read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.mark, self.read_at = "", float("-inf")

    def current(self) -> str:
        """The mark, read anew when it is no longer fresh; one thread reads, the others take what there is."""
        with self.lock:
            if time.monotonic() - self.read_at > FRESH_SECONDS:
                self.mark, self.read_at = _read(), time.monotonic()
            return self.mark


KEPT = _Kept()


class ChangesView(WindowView):
    """GET answers the mark as plain text."""

    window = OPEN_TO_ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        """A few bytes."""
        return HttpResponse(KEPT.current(), content_type="text/plain")
