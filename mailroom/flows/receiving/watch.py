"""Supervises the listeners of the accounts that want push, wherever workers run, outside their job slots."""

import threading
import uuid
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import structlog
from django.db import connections
from django.db.models import Q

from mailroom.base import clock
from mailroom.flows.receiving import tasks
from mailroom.flows.receiving.listener import Listener
from mailroom.flows.receiving.models import AccountFolder, ReceivingState
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
LOOK_SECONDS = 3.0
LEASE = timedelta(seconds=60)
MOST = 500  # accounts that one process listens to
FOLDERS = 5  # of one account that are listened to, a connection each: providers allow ten to fifteen
Place = tuple[int, str]  # an account, and one of its named folders or nothing for the root folder


class Watch:
    """Keeps listeners in step with the accounts. A lease on each account sees to it that one process listens."""

    def __init__(self, wake: Callable[[int], None] = tasks.wake, most: int = MOST) -> None:
        self.name = uuid.uuid4().hex
        self.wake, self.most = wake, most
        self.listeners: dict[Place, Listener] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="watch", daemon=True)

    def start(self) -> "Watch":
        """Begin; returns at once."""
        self._thread.start()
        return self

    def stop(self, seconds: float = 5.0) -> None:
        """Hang up everywhere and give the leases back."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        for listener in self.listeners.values():
            listener.stop()
        for listener in self.listeners.values():
            listener.join(seconds)
        self.listeners.clear()

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look(clock.now())
            except Exception as error:  # the database may be away; the next look finds it
                log.warning("watch interrupted", error=str(error))
            finally:
                connections.close_all()
            self._stopping.wait(LOOK_SECONDS)
        try:
            ReceivingState.objects.filter(watcher=self.name).update(watcher="", watched_until=None, watched_since=None)
        except Exception as error:  # a lease that is not given back ends by itself
            log.warning("leases not given back", error=str(error))
        finally:
            connections.close_all()

    def look(self, now: datetime) -> None:
        """Start listeners for accounts that have none anywhere; stop those whose account changed or was lost."""
        wanted = {} if current.is_suspended() else {account.pk: account for account in _wanted()}
        held = self._claim(list(wanted), now)
        places = _places(held)
        for place, listener in list(self.listeners.items()):
            account = wanted.get(place[0])
            if place not in places or account is None or account.changed_at != listener.account.changed_at:
                listener.stop()
                del self.listeners[place]
        for place in sorted(places - set(self.listeners)):
            self.listeners[place] = Listener(wanted[place[0]], self.wake, place[1]).start()

    def _claim(self, wanted: list[int], now: datetime) -> set[int]:
        """Renew our leases and take free ones up to our limit; the accounts that are ours now."""
        known = set(ReceivingState.objects.filter(pk__in=wanted).values_list("pk", flat=True))
        rows = [ReceivingState(account_id=key) for key in wanted if key not in known]
        if rows:
            ReceivingState.objects.bulk_create(rows, ignore_conflicts=True)
        ours = ReceivingState.objects.filter(watcher=self.name)
        ours.exclude(pk__in=wanted).update(watcher="", watched_until=None, watched_since=None)
        ours.filter(watched_until__lt=now + LEASE / 2).update(watched_until=now + LEASE)
        free = Q(watcher="") | Q(watched_until=None) | Q(watched_until__lt=now)
        room = self.most - ours.count()
        chosen = list(ReceivingState.objects.filter(free, pk__in=wanted).values_list("pk", flat=True)[: max(0, room)])
        if chosen:
            taken = ReceivingState.objects.filter(free, pk__in=chosen)
            taken.update(watcher=self.name, watched_until=now + LEASE)
        return set(ours.values_list("pk", flat=True))


def _places(accounts: Collection[int]) -> set[Place]:
    """The root folder of each account, and the first of its named folders."""
    named: dict[int, list[str]] = {key: [""] for key in accounts}
    rows = AccountFolder.objects.filter(account__in=accounts).order_by("pk")
    for account_id, folder in rows.values_list("account_id", "folder"):
        named[account_id].append(folder)
    return {(key, folder) for key, folders in named.items() for folder in folders[:FOLDERS]}


def _wanted() -> list[EmailAccount]:
    """Active IMAP accounts that want push."""
    accounts = EmailAccount.objects.filter(active=True, incoming_mail_protocol=IncomingMailProtocol.IMAP)
    return list(accounts.exclude(receiving__push=False))
