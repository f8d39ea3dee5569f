"""Consent for a mailbox (OAuth2): the browser goes to the provider and comes back with a code for tokens."""

import hmac
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import requests, toasts
from mailroom.faces.windows.kit.actions import Action, Outcome
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.kit.toasts import Toast
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.sm204002_system_email_accounts.window import WINDOW
from mailroom.flows.incoming import accounts
from mailroom.flows.watching import looking
from mailroom.records.email_accounts import oauth2, tokens
from mailroom.records.email_accounts.models import EmailAccount, SignInMethod

ASKED = "consent"  # in the session: what was asked of the provider
MINUTES = 15
BY_CONSENT = frozenset({SignInMethod.OAUTH2_MICROSOFT, SignInMethod.OAUTH2_GOOGLE})


def callback_address() -> str:
    """The redirect address that the provider has to know."""
    return f"{settings.ENVIRONMENT.public_url.rstrip('/')}/{WINDOW.slug}/oauth2/callback/"


def standing(account: EmailAccount) -> dict[str, Any] | None:
    """What the page says of the account's consent; None for an account that signs in otherwise."""
    if account.sign_in_method not in BY_CONSENT:
        return None
    return {
        "provider": oauth2.provider(account).name,
        "given": account.oauth2_consented_at if account.oauth2_refresh_token else None,
        "ends": looking.consent_end(account),
        "lost": account.oauth2_consent_lost,
        "callback": callback_address(),
    }


def _not_now(request: HttpRequest, account: Any) -> str:
    if account is None or account.sign_in_method not in BY_CONSENT:
        return _("Only for accounts that sign in by OAuth2.")
    return "" if account.oauth2_client_id else _("Enter the client ID of the app at the provider first.")


def ask(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Send the browser to the provider; what comes back has to carry the state that is kept here."""
    account = EmailAccount.objects.get(pk=ids[0])
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    until = clock.now().timestamp() + MINUTES * 60
    request.session[ASKED] = {"account": account.pk, "state": state, "verifier": verifier, "until": until}
    return Outcome(redirect=oauth2.consent_address(account, callback_address(), state, verifier))


GIVE_CONSENT = Action(
    "consent", gettext_lazy("Give consent"), run=ask, icon="lock", roles=ADMINISTRATORS, disabled=_not_now
)


class Callback(WindowView):
    """Where the provider sends the browser back to."""

    window = WINDOW
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Change the code for tokens and go back to the account."""
        asked = request.session.pop(ASKED, {})
        state = request.GET.get("state", "")
        account = EmailAccount.objects.filter(pk=asked.get("account")).first()
        fresh = float(asked.get("until", 0)) > clock.now().timestamp()
        if account is None or not fresh or not hmac.compare_digest(state.encode(), str(asked["state"]).encode()):
            return self._back(
                request, account, _("This answer belongs to no question of ours. Press Give consent again.")
            )
        if "code" not in request.GET:
            words = request.GET.get("error_description") or request.GET.get("error", "")
            return self._back(request, account, _("No consent was given. %(words)s") % {"words": words[:300]})
        try:
            given = oauth2.tokens_for_code(account, request.GET["code"], callback_address(), asked["verifier"])
        except (oauth2.ConsentLost, oauth2.ServerAway) as error:
            return self._back(request, account, _("The provider gave no tokens. %(words)s") % {"words": error})
        tokens.consent(account, given, clock.now())
        accounts.try_at_once(account)
        return self._back(request, account, "")

    def _back(self, request: HttpRequest, account: EmailAccount | None, trouble: str) -> HttpResponse:
        toasts.keep(request, Toast(trouble or _("Consent given"), "bad" if trouble else "ok"))
        where = WINDOW.url("record", account.email_account_id) if account else WINDOW.url("list")
        return requests.redirect(request, where)


urlpatterns = [path("oauth2/callback/", Callback.as_view(), name="consent-callback")]
