"""Ways to sign in: one-time links and API tokens of a user (SM201010) and one's own (SM203010); shown once."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.refusals import Invalid
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import ApiToken, User

of_users = Router(tags=["users"])
own = Router(tags=["me"])
MOST_TOKENS = 50


class TokenIn(Schema):
    """What a token is for."""

    name: str = Field("", max_length=80, pattern=r"^[^\x00]*$")


class NewToken(Schema):
    """A token, the only time that it is told."""

    id: int
    name: str
    token: str


class NewLink(Schema):
    """A link that signs in once, and for how many seconds it is good."""

    link: str
    seconds: float


class Revoked(Schema):
    """How many tokens ended."""

    revoked: int


@of_users.post("/{login}/link", response={200: NewLink, **ERRORS})
def make_link(request: HttpRequest, login: str) -> dict[str, Any]:
    """A link that signs the user in once; for administrators in person."""
    rights.person_administrator(request)
    token = sign_in.make_link(_find(login), clock.now())
    address = f"{settings.ENVIRONMENT.public_url}/login/link/{token}/"
    return {"link": address, "seconds": sign_in.LINK_LIFE.total_seconds()}


@of_users.get("/{login}/tokens", response={200: list[dict[str, Any]], **ERRORS})
def list_tokens(request: HttpRequest, login: str) -> list[dict[str, Any]]:
    """The tokens of a user that still open the API, without the tokens themselves."""
    rights.administrator(request)
    return [_shown(token) for token in sign_in.good_tokens(_find(login))]


@of_users.post("/{login}/tokens", response={201: NewToken, **ERRORS})
def make_token(request: HttpRequest, login: str, new: TokenIn) -> Any:
    """A new API token of the user; for administrators in person."""
    rights.person_administrator(request)
    return _made(_find(login), new)


@of_users.delete("/{login}/tokens", response={200: Revoked, **ERRORS})
def revoke_tokens(request: HttpRequest, login: str) -> dict[str, int]:
    """End all tokens of the user now."""
    rights.administrator(request)
    return {"revoked": sign_in.revoke(sign_in.good_tokens(_find(login)), clock.now())}


@own.get("/tokens", response={200: list[dict[str, Any]], **ERRORS})
def list_own(request: HttpRequest) -> list[dict[str, Any]]:
    """One's own tokens, without the tokens themselves."""
    return [_shown(token) for token in sign_in.good_tokens(rights.user_of(request))]


@own.post("/tokens", response={201: NewToken, **ERRORS})
def make_own(request: HttpRequest, new: TokenIn) -> Any:
    """A new token of one's own."""
    return _made(rights.user_of(request), new)


@own.delete("/tokens/{int:number}", response={204: None, **ERRORS})
def revoke_own(request: HttpRequest, number: int) -> Any:
    """End one of one's own tokens now."""
    tokens = sign_in.good_tokens(rights.user_of(request))
    if number > LARGEST_ID or not sign_in.revoke(tokens.filter(pk=number), clock.now()):
        raise Http404
    return Answer(204, None)


def _made(user: User, new: TokenIn) -> Any:
    if sign_in.good_tokens(user).count() >= MOST_TOKENS:
        raise Invalid({"name": f"There are {MOST_TOKENS} tokens already. Revoke one first."})
    text = sign_in.make_token(user, clock.now(), new.name)
    row = sign_in.good_tokens(user)[0]
    return Answer(201, {"id": row.pk, "name": row.name, "token": text})


def _find(login: str) -> User:
    user = User.objects.filter(login=login.lower().replace("\x00", "")).first()
    if user is None:
        raise Http404
    return user


def _shown(token: ApiToken) -> dict[str, Any]:
    moments = {
        name: at.isoformat() if (at := getattr(token, name)) else None for name in ("created_at", "last_used_at")
    }
    return {"id": token.pk, "name": token.name} | moments
