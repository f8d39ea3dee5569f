"""The Overview page."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from mailroom.base import clock
from mailroom.faces.windows.kit import chrome, requests
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.overview import figures
from mailroom.faces.windows.overview.window import WINDOW
from mailroom.flows.watching import alerts


class Overview(WindowView):
    """GET / : the page, or its fragment `overview` every minute."""

    window = WINDOW

    def get(self, request: HttpRequest) -> HttpResponse:
        """Queues, emails per hour, failures, accounts."""
        user, now = requests.user_of(request), clock.now()
        found = figures.hourly(user, now)
        template = "overview/_overview.html" if requests.target(request) == "overview" else "overview/overview.html"
        return self.render(
            request,
            template,
            now=now,
            tiles=figures.tiles(user, now),
            chart=figures.chart(found, now),
            alerts=chrome.alerts_for(request),
            may_read_alerts=alerts.may_read(user),
            failures=figures.failures(user),
            accounts=figures.accounts(user, found),
        )


root = [path("", Overview.as_view(), name="overview")]
