"""One-time links and API tokens: random, shown once, stored only as digests."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import QuerySet

from mailroom.records.organisation.models import ApiToken, SignInLink, User

LINK_LIFE = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=5)


def make_link(user: User, now: datetime, life: timedelta = LINK_LIFE) -> str:
    """A token for `/login/link/TOKEN/` that signs `user` in once within `life`."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.filter(expires_at__lt=now).delete()
    SignInLink.objects.create(user=user, digest=digest_of(token), expires_at=now + life)
    return token


def use_link(token: str, now: datetime) -> User | None:
    """The user of a link that is good, which it is only this once; None for any other."""
    rows = SignInLink.objects.filter(digest=digest_of(token), used_at=None, expires_at__gte=now, user__is_active=True)
    link = rows.select_related("user").first()
    if link is None or not rows.filter(pk=link.pk).update(used_at=now):
        return None
    return link.user


def end_links(user: User) -> int:
    """End what was made to sign in and not used: a new password ends the way that an intruder may hold."""
    return SignInLink.objects.filter(user=user, used_at=None).delete()[0]


def make_token(user: User, now: datetime, name: str = "") -> str:
    """A bearer token for the API; it is shown this once."""
    token = f"mailroom_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(user=user, name=name, digest=digest_of(token), created_at=now)
    return token


def good_tokens(user: User) -> QuerySet[ApiToken]:
    """A user's tokens that still open the API, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at=None).order_by("-pk")


def revoke(tokens: QuerySet[ApiToken], now: datetime) -> int:
    """End tokens now; how many of them opened the API until now."""
    ended = list(tokens.filter(revoked_at=None))
    for token in ended:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
    return len(ended)


def user_of_token(token: str, now: datetime) -> User | None:
    """Whose token this is; None when it is none, was revoked, or its user is inactive."""
    row = (
        ApiToken.objects.filter(digest=digest_of(token), revoked_at=None, user__is_active=True)
        .select_related("user")
        .first()
    )
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at > SEEN_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row.user


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
