"""What the server holds and what is here: the newest comparison of an account, and Fetch these."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Outcome
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.sm204002_system_email_accounts.window import WINDOW
from mailroom.flows.incoming import reconciling
from mailroom.flows.receiving import reconcile
from mailroom.flows.receiving.models import Gap
from mailroom.records.email_accounts.models import EmailAccount


def compare(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Compare the account with its server, as a job."""
    return Outcome(job=reconciling.compare(ids, WINDOW.id, requests.user_of(request), clock.now()))


def fetch(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Fetch what the newest comparison lists, as a job."""
    return Outcome(job=reconciling.fetch(ids, WINDOW.id, requests.user_of(request), clock.now()))


COMPARE = Action(
    "compare", gettext_lazy("Compare with the server"), run=compare, icon="search", keys="C", roles=ADMINISTRATORS
)
FETCH = Action("fetch-gaps", gettext_lazy("Fetch these"), run=fetch, hidden=True, roles=ADMINISTRATORS)


class Gaps(WindowView):
    """The page of one account's newest comparison."""

    window = WINDOW
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Counts of each folder, and what is missing."""
        account = EmailAccount.objects.filter(email_account_id__iexact=key.replace("\x00", "")).first()
        if account is None:
            raise Http404
        made = reconcile.latest(account)
        found = list(made.found.all()) if made else []
        waiting = sum(gap.state == Gap.State.OPEN for gap in found)
        return self.render(
            request,
            "sm204002/gaps.html",
            account=account,
            record_title=account.email_account_id,
            made=made,
            found=found,
            waiting=waiting,
        )


urlpatterns = [path("do/gaps/<str:key>/", Gaps.as_view(), name="gaps")]
