"""Who asks: a bearer token, or the session of a signed-in person with its CSRF token."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import security

from mailroom.base import audit, clock
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

WRITERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AGENT, Role.MARKETING, Role.API})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR, Role.API})
MARKETERS = frozenset({Role.ADMINISTRATOR, Role.MARKETING, Role.API})

ASKED_BY = "mailroom.asked_by"  # in a request's META, where no client can put it: its headers begin with HTTP_


class Bearer(security.HttpBearer):
    """`Authorization: Bearer TOKEN`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The token's user."""
        user = sign_in.user_of_token(token, clock.now())
        if user is not None:
            request.META[ASKED_BY] = "token"
            audit.signed_in(user)
        return user


class SessionAuth(security.SessionAuth):
    """The session of a signed-in person; whoever is nobody is told so (401) before a CSRF token is asked for (403)."""

    def __call__(self, request: HttpRequest) -> Any:
        """The session's user, or None."""
        return super().__call__(request) if request.user.is_authenticated else None


AUTH: list[Any] = [Bearer(), SessionAuth()]


def user_of(request: HttpRequest) -> User:
    """The user who asks."""
    user = getattr(request, "auth", None)
    return user if isinstance(user, User) else request.user  # type: ignore[return-value]  # the session's user


def writer(request: HttpRequest) -> User:
    """The user, who may change mail; raises PermissionDenied."""
    user = user_of(request)
    if user.role not in WRITERS:
        raise PermissionDenied
    return user


def administrator(request: HttpRequest) -> User:
    """The user, who may change the set-up; raises PermissionDenied."""
    user = user_of(request)
    if user.role not in ADMINISTRATORS:
        raise PermissionDenied
    return user


def marketer(request: HttpRequest) -> User:
    """The user, who may change campaigns, marketing lists and mass emails; raises PermissionDenied."""
    user = user_of(request)
    if user.role not in MARKETERS:
        raise PermissionDenied
    return user


def in_person(request: HttpRequest) -> bool:
    """Whether an administrator asks in person: signed in, not by a token, which is a program's whosever it is."""
    return user_of(request).role == Role.ADMINISTRATOR and ASKED_BY not in request.META


def person_administrator(request: HttpRequest) -> User:
    """An administrator in person: a program makes nobody's links, tokens and passwords; raises PermissionDenied."""
    if not in_person(request):
        raise PermissionDenied
    return user_of(request)
