"""An account's tokens: renewed before they end, one renewal at a time on all workers, the new one kept before use."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from mailroom.base import clock
from mailroom.records.email_accounts import oauth2
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.email_accounts.oauth2 import ConsentLost, ServerAway, Tokens

EARLY = timedelta(minutes=5)  # a token is renewed this long before its end
LEASE = timedelta(seconds=60)
WAIT_SECONDS, STEP_SECONDS = 40.0, 0.1
Clock = Callable[[], datetime]


def access_token(account: EmailAccount, refused: str = "", read_clock: Clock = clock.now) -> str:
    """A token that is good now. `refused` is one that the mail server did not take: it is not given again.

    Raises ConsentLost when a person has to consent anew, ServerAway when the token server cannot be asked.
    """
    over = time.monotonic() + WAIT_SECONDS
    while True:
        kept = EmailAccount.objects.get(pk=account.pk) if account.pk else account
        now = read_clock()
        if kept.oauth2_consent_lost:
            raise ConsentLost(kept.oauth2_consent_lost)
        if _is_good(kept, refused, now):
            return kept.oauth2_access_token
        if not kept.oauth2_refresh_token:
            raise ConsentLost("No consent has been given yet")
        if _claim(kept, now):
            return _renew(kept, read_clock)
        if time.monotonic() > over:
            raise ServerAway("Another worker is asking the token server")
        time.sleep(STEP_SECONDS)  # another worker renews it just now: its token is ours too


def _is_good(account: EmailAccount, refused: str, now: datetime) -> bool:
    ends = account.oauth2_expires_at
    token = account.oauth2_access_token
    return bool(token) and token != refused and (ends is None or ends - EARLY > now)


def _claim(account: EmailAccount, now: datetime) -> bool:
    """Whether the renewal is ours; the row decides, and a worker that died with it loses it after a minute."""
    free = Q(oauth2_renewing_until=None) | Q(oauth2_renewing_until__lt=now)
    unchanged = EmailAccount.objects.filter(free, pk=account.pk, oauth2_expires_at=account.oauth2_expires_at)
    return bool(unchanged.update(oauth2_renewing_until=now + LEASE))


def _renew(account: EmailAccount, read_clock: Clock) -> str:
    try:
        tokens = oauth2.tokens_for_refresh(account, account.oauth2_refresh_token)
    except ConsentLost as error:
        words = str(error) or "The consent has ended"
        EmailAccount.objects.filter(pk=account.pk).update(oauth2_consent_lost=words, oauth2_renewing_until=None)
        raise
    except BaseException:  # whatever ends it, the next one may renew
        EmailAccount.objects.filter(pk=account.pk).update(oauth2_renewing_until=None)
        raise
    keep(account, tokens, read_clock())
    return tokens.access_token


def keep(account: EmailAccount, tokens: Tokens, now: datetime) -> None:
    """Commit tokens in one statement, which alone forgets the old refresh token; no other field changes."""
    changes: dict[str, object] = {
        "oauth2_access_token": tokens.access_token,
        "oauth2_expires_at": now + timedelta(seconds=tokens.expires_in),
        "oauth2_renewing_until": None,
        "oauth2_consent_lost": "",
    }
    if tokens.consent_ends_in is not None:
        changes["oauth2_consent_ends_at"] = now + timedelta(seconds=tokens.consent_ends_in)
    if tokens.refresh_token:
        changes["oauth2_refresh_token"] = tokens.refresh_token
    EmailAccount.objects.filter(pk=account.pk).update(**changes)


def consent(account: EmailAccount, tokens: Tokens, now: datetime) -> None:
    """Keep the tokens of a new consent; running sessions start anew with them, every setting stays."""
    keep(account, tokens, now)
    changes: dict[str, object] = {"oauth2_consented_at": now, "changed_at": now}
    if tokens.consent_ends_in is None:
        changes["oauth2_consent_ends_at"] = None  # the end of the consent before it is not that of this one
    EmailAccount.objects.filter(pk=account.pk).update(**changes)
