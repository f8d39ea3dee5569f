"""OAuth 2.0 at Microsoft and Google (RFC 6749, PKCE of RFC 7636): where consent is asked, and tokens for it."""

import base64
import hashlib
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailroom.records.email_accounts.models import EmailAccount, SignInMethod

LARGEST_ANSWER = 1_000_000
TIMEOUT = 30.0  # seconds
LONGEST_LIFE = 10 * 365 * 86_400  # seconds; a server that says more means "without end"
CONSENT_IS_LOST = frozenset(
    {"invalid_grant", "interaction_required", "consent_required", "access_denied", "unauthorized_client"}
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Provider:
    """Where consent is asked and tokens are given, and what is asked for."""

    name: str
    authorize_address: str
    token_address: str
    scopes: str
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token server gave; an empty refresh token means that the old one stays good.

    `consent_ends_in`: seconds until the refresh token ends, where the server says so (`refresh_token_expires_in`).
    """

    access_token: str
    refresh_token: str
    expires_in: int
    consent_ends_in: int | None = None


class ConsentLost(Exception):
    """The consent is expired, revoked or was never given; carries the server's words."""


class ServerAway(OSError):
    """The token server did not answer, or not with an answer that says anything about the consent."""


MICROSOFT = Provider(
    "Microsoft",
    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/POP.AccessAsUser.All "
    "https://outlook.office.com/SMTP.Send offline_access",
)
GOOGLE = Provider(
    "Google",
    "https://accounts.google.com/o/oauth2/v2/auth",
    "https://oauth2.googleapis.com/token",
    "https://mail.google.com/",
    (("access_type", "offline"), ("prompt", "consent")),
)


def provider(account: EmailAccount) -> Provider:
    """The account's provider; addresses and scopes entered on the account replace its own (private clouds)."""
    known = GOOGLE if account.sign_in_method == SignInMethod.OAUTH2_GOOGLE else MICROSOFT
    tenant = urllib.parse.quote(account.oauth2_tenant.strip() or "organizations", safe="")
    return Provider(
        known.name,
        account.oauth2_authorize_address or known.authorize_address.format(tenant=tenant),
        account.oauth2_token_address or known.token_address.format(tenant=tenant),
        account.oauth2_scopes or known.scopes,
        known.extra,
    )


def is_safe(address: str) -> bool:
    """Whether secrets may go there: HTTPS, or this machine itself."""
    parts = urllib.parse.urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def consent_address(account: EmailAccount, callback: str, state: str, verifier: str) -> str:
    """Where the browser is sent to ask the mailbox's owner."""
    there = provider(account)
    query = {
        "client_id": account.oauth2_client_id,
        "response_type": "code",
        "redirect_uri": callback,
        "response_mode": "query",
        "scope": there.scopes,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "login_hint": account.username or account.email_address,
    } | dict(there.extra)
    separator = "&" if urllib.parse.urlsplit(there.authorize_address).query else "?"
    return f"{there.authorize_address}{separator}{urllib.parse.urlencode(query)}"


def tokens_for_code(account: EmailAccount, code: str, callback: str, verifier: str) -> Tokens:
    """Tokens for the code that the provider gave the browser; raises ConsentLost or ServerAway."""
    return _ask(
        account,
        {"grant_type": "authorization_code", "code": code, "redirect_uri": callback, "code_verifier": verifier},
    )


def tokens_for_refresh(account: EmailAccount, refresh_token: str) -> Tokens:
    """Fresh tokens for a refresh token; raises ConsentLost or ServerAway."""
    return _ask(account, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def _ask(account: EmailAccount, form: dict[str, str]) -> Tokens:
    there = provider(account)
    if not is_safe(there.token_address):
        raise ServerAway("The token address has to begin with https://")
    secret = {"client_secret": account.oauth2_client_secret} if account.oauth2_client_secret else {}
    body = urllib.parse.urlencode({"client_id": account.oauth2_client_id, "scope": there.scopes} | secret | form)
    request = urllib.request.Request(  # noqa: S310 the address was checked above
        there.token_address, body.encode(), {"Accept": "application/json"}, method="POST"
    )
    answer = _answer(request, account)
    if not isinstance(answer.get("access_token"), str):
        raise ServerAway("The token server gave no access token")
    return Tokens(
        answer["access_token"],
        answer["refresh_token"] if isinstance(answer.get("refresh_token"), str) else "",
        _seconds(answer.get("expires_in")) or 3600,
        _seconds(answer.get("refresh_token_expires_in")) or None,  # 0 at Google is "without end"
    )


def _seconds(said: object) -> int:
    return min(int(said), LONGEST_LIFE) if isinstance(said, int | str) and str(said).isdecimal() else 0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Secrets go to the address that was entered and to no other."""

    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        """Follow none."""


def _opener(account: EmailAccount, address: str) -> urllib.request.OpenerDirector:
    """Follows no redirects, and trusts what the account trusts."""
    if not address.startswith("https:"):
        return urllib.request.build_opener(_NoRedirects)
    context = ssl.create_default_context()
    if account.certificate_authority.strip():
        context.load_verify_locations(cadata=account.certificate_authority)
    return urllib.request.build_opener(_NoRedirects, urllib.request.HTTPSHandler(context=context))


def _answer(request: urllib.request.Request, account: EmailAccount) -> Mapping[str, Any]:
    opener = _opener(account, request.full_url)
    try:
        with opener.open(request, timeout=min(TIMEOUT, float(account.timeout_seconds))) as answer:
            return _json(answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            said = _json(error.read(LARGEST_ANSWER))
        kind = str(said.get("error", ""))
        words = str(said.get("error_description") or kind or error.reason)[:500]
        if kind in {
            "invalid_grant",
            "interaction_required",
            "consent_required",
            "access_denied",
            "unauthorized_client",
        }:
            raise ConsentLost(words) from error
        raise ServerAway(f"The token server answered {error.code}: {words}") from error
    except (OSError, ValueError) as error:
        raise ServerAway(f"The token server does not answer: {error}") from error


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
