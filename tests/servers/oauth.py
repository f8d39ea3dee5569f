"""A small OAuth 2.0 token server (RFC 6749): rotates refresh tokens, refuses old ones, answers Dovecot's questions."""

import json
import threading
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass(frozen=True, slots=True)
class Grant:
    """The tokens of one user; the refresh token is good once."""

    user: str
    access_token: str
    refresh_token: str
    expires_in: int


class OAuthServer:
    """The token server of all test mailboxes; it runs in a thread of the test process."""

    def __init__(self) -> None:
        self.lifetime = 3600  # seconds, as told in the answer
        self.consent_lifetime: int | None = None  # seconds until the refresh token ends, where the answer says so
        self.client_id, self.client_secret = "mailroom-tests", uuid.uuid4().hex
        self._by_access: dict[str, str] = {}
        self._by_refresh: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self.requests: list[dict[str, str]] = []
        self.consenting_user = ""
        self.down = False
        server = self
        handler = type("Handler", (_Handler,), {"oauth": server})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="oauth", daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def token_url(self) -> str:
        """Where a client changes a code or a refresh token for tokens."""
        return f"{self.url}/token"

    @property
    def authorize_url(self) -> str:
        """Where the browser is sent; `consenting_user` says yes at once, nobody says no."""
        return f"{self.url}/authorize"

    @property
    def tokeninfo_url(self) -> str:
        """What Dovecot asks; it adds the token itself."""
        return f"{self.url}/tokeninfo?access_token="

    def issue(self, user: str) -> Grant:
        """Fresh tokens for a user."""
        grant = Grant(user, uuid.uuid4().hex, uuid.uuid4().hex, self.lifetime)
        self._by_access[grant.access_token] = user
        self._by_refresh[grant.refresh_token] = user
        return grant

    def expire(self, access_token: str) -> None:
        """This access token is good no more; its refresh token still is."""
        self._by_access.pop(access_token, None)

    def revoke(self, user: str) -> None:
        """The user takes the consent back: no token of theirs is good any more."""
        for tokens in (self._by_access, self._by_refresh, self._codes):
            for token in [token for token, owner in tokens.items() if owner == user]:
                del tokens[token]

    def stop(self) -> None:
        """Close the port."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=5)

    def owner_of(self, access_token: str) -> str | None:
        """Whose access token this is."""
        return self._by_access.get(access_token)

    def consent(self) -> str | None:
        """A code for the consenting user, or None when the person refuses."""
        if not self.consenting_user:
            return None
        code = uuid.uuid4().hex
        self._codes[code] = self.consenting_user
        return code

    def exchange(self, form: dict[str, str]) -> Grant | None:
        """Tokens for a code or a refresh token; each works once."""
        self.requests.append(form)
        if form.get("grant_type") == "refresh_token":
            user = self._by_refresh.pop(form.get("refresh_token", ""), None)
        else:
            user = self._codes.pop(form.get("code", ""), None)
        return self.issue(user) if user else None


class _Handler(BaseHTTPRequestHandler):
    """Three addresses: /authorize, /token and /tokeninfo."""

    oauth: OAuthServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/tokeninfo":
            user = self.oauth.owner_of(query.get("access_token", ""))
            answer = {"active": "true", "email": user} if user else {"active": "false", "error": "invalid_token"}
            self._answer(200 if user else 401, answer)
        elif parts.path == "/authorize":
            code = self.oauth.consent()
            result = {"code": code} if code else {"error": "access_denied"}
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{urlencode({**result, 'state': query['state']})}")
            self.end_headers()
        else:
            self._answer(404, {"error": "not_found"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        if self.oauth.down:
            self._answer(503, {"error": "temporarily_unavailable"})
            return
        grant = self.oauth.exchange(form)
        if grant is None:
            self._answer(400, {"error": "invalid_grant", "error_description": "The token is revoked or used."})
            return
        answer = {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_in": grant.expires_in,
            "token_type": "Bearer",
        }
        lasts = self.oauth.consent_lifetime
        self._answer(200, answer if lasts is None else answer | {"refresh_token_expires_in": lasts})

    def _answer(self, status: int, value: dict[str, object]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Tests read `requests`; nothing goes to the terminal."""
