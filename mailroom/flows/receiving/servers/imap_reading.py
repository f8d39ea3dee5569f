"""What is new in one IMAP folder: sizes first, then bodies in slices, asked for ahead so that the wire never rests."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from mailroom.flows.receiving.servers.contract import Cursor, Fetched, Held, Slice, slices
from mailroom.flows.receiving.servers.imap_channel import Channel
from mailroom.flows.receiving.servers.imap_fetch import Item
from mailroom.flows.receiving.servers.imap_names import uid_set
from mailroom.records.email_accounts import connection

BATCH_OF_SIZES = 5000
IN_FLIGHT = 2  # runs asked for ahead: the server reads its disk while we file
GIANT = 8_000_000  # bytes of a mail that is asked for alone: a server may answer two runs before it ends the first
SINGLES = 50  # mails that the server refused, asked for one by one in each run
WHOLE, HEADER = "(UID FLAGS INTERNALDATE BODY.PEEK[])", "(UID FLAGS INTERNALDATE BODY.PEEK[HEADER])"
HIGHEST_UID = 2**63
LARGEST_HEADER = 256 * 1024
FIELDS = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT FROM DATE CONTENT-TYPE)])"


@dataclass(slots=True)
class _Run:
    """Mails asked for together: their sizes by UID, the tags of the commands, and what has come of them."""

    sizes: dict[int, int]
    tags: list[bytes] = field(default_factory=list)
    came: dict[int, Item] = field(default_factory=dict)
    refused: bool = False


class FolderReading:
    """Reads one folder once. `check` is called between mails and may raise to end it."""

    def __init__(self, channel: Channel, largest: int, check: Callable[[], None]) -> None:
        self.channel, self.largest, self.check = channel, largest, check
        self.asked: deque[_Run] = deque()

    def slices(self, cursor: Cursor, known: frozenset[str]) -> Iterator[Slice]:
        """Everything beyond the cursor; see `contract.Session.new_messages`.

        A mail that the server refuses to give out stays in the cursor's `unreadable` and is asked for in every run;
        those after it go on. When some are left, connection.Refused with the server's words ends the reading.
        """
        here, something_new = self._start(cursor)
        if here.began_anew:
            yield Slice(here)
            here = replace(here, began_anew=False)
        if something_new:
            for part in self._new(here, known):
                here = part.cursor
                yield part
                del part  # a slice may weigh fifty megabytes: the next one is read without it in memory
        if here != cursor:
            yield Slice(here)
        if here.unreadable:
            yield from self._singles(here)

    def _start(self, cursor: Cursor) -> tuple[Cursor, bool]:
        """Where to read from, and whether there can be anything new: one round trip, in odd cases two."""
        validity, next_uid = self.channel.open(cursor.folder, writing=False)
        if validity != cursor.uidvalidity:
            return Cursor(cursor.folder, validity), True
        if next_uid and next_uid <= cursor.highest_uid and self._last_uid() < cursor.highest_uid:
            return Cursor(cursor.folder, validity, began_anew=True), True  # QUIRK: made anew, UIDVALIDITY unchanged
        return cursor, next_uid != cursor.highest_uid + 1

    def _last_uid(self) -> int:
        """The UID of the last message; beyond all others when there is none, which tells nothing."""
        return max((item.uid for item in self.channel.fetch("*", "(UID)")), default=HIGHEST_UID)

    def _new(self, here: Cursor, known: frozenset[str]) -> Iterator[Slice]:
        uids = self.channel.search("UID", f"{here.highest_uid + 1}:*")
        wanted = [uid for uid in uids if here.highest_uid < uid < HIGHEST_UID]  # QUIRK: n:* always matches the last
        for start in range(0, len(wanted), BATCH_OF_SIZES):
            batch = wanted[start : start + BATCH_OF_SIZES]
            left = len(wanted) - start
            for part in self._bodies(here, [item for item in self._sizes(batch) if item[0] not in known]):
                left -= len(part.messages)
                here = part.cursor
                yield replace(part, left=left)
                del part
            here = replace(here, highest_uid=batch[-1])

    def _sizes(self, batch: Sequence[int]) -> list[tuple[str, int]]:
        sizes = dict.fromkeys(batch, 0)
        for item in self.channel.fetch(uid_set(batch), "(UID RFC822.SIZE)"):
            if item.uid in sizes:
                sizes[item.uid] = item.size
        return [(str(uid), size) for uid, size in sizes.items()]

    def _bodies(self, here: Cursor, batch: Sequence[tuple[str, int]]) -> Iterator[Slice]:
        for run in slices(batch):
            sizes = {int(uid): size for uid, size in run}
            while self.asked and self._is_much(sizes):
                part = self._take(here)
                here = part.cursor
                yield part
                del part
            self._ask(sizes)
        while self.asked:
            part = self._take(here)
            here = part.cursor
            yield part
            del part

    def _is_much(self, sizes: dict[int, int]) -> bool:
        """Whether one run more is too many to wait for at once."""
        largest = max(size for run in (sizes, *(run.sizes for run in self.asked)) for size in run.values())
        return len(self.asked) >= IN_FLIGHT or largest > GIANT

    def _ask(self, sizes: dict[int, int]) -> None:
        """Send the commands for a run: whole messages in one, the headers of those too large in another."""
        run = _Run(sizes)
        self.asked.append(run)
        whole = [uid for uid, size in sizes.items() if size <= self.largest]
        giants = [uid for uid, size in sizes.items() if size > self.largest]
        for uids, what in ((whole, WHOLE), (giants, HEADER)):
            if uids:
                run.tags.append(self.channel.ask_fetch(uid_set(uids), what))

    def _take(self, here: Cursor) -> Slice:
        """Read the answers to the oldest run; what the server refused in it is unreadable for now."""
        run = self.asked[0]
        for tag in run.tags:
            try:
                for item in self.channel.answers(tag, self.largest):
                    self.check()
                    self._sort_in(item)
            except connection.Refused:
                run.refused = True
        self.asked.popleft()
        lacking = [uid for uid in run.sizes if uid not in run.came] if run.refused else []
        bodiless = [uid for uid, item in run.came.items() if item.body is None]
        cursor = replace(
            here,
            highest_uid=max(here.highest_uid, *run.sizes),
            unreadable=tuple(sorted({*here.unreadable, *lacking, *bodiless})),
        )
        return Slice(
            cursor,
            [
                _fetched(here, run.came[uid], run.sizes[uid], self.largest)
                for uid in sorted(run.came)
                if run.came[uid].body is not None
            ],
        )

    def _sort_in(self, item: Item) -> None:
        """An answer belongs to the run that asked for it; an unsolicited one without a body says nothing."""
        for run in self.asked:
            if item.uid in run.sizes and (item.body is not None or item.nil):
                run.came.setdefault(item.uid, item)

    def _singles(self, here: Cursor) -> Iterator[Slice]:
        """Ask one by one for what the server refused; what has gone from it meanwhile is forgotten."""
        words = ""
        for uid in here.unreadable[:SINGLES]:
            try:
                found = [item for item in self.channel.fetch(str(uid), WHOLE, self.largest) if item.uid == uid]
            except connection.Refused as error:
                words = str(error)
                continue
            self.check()
            if any(item.nil for item in found):
                continue
            here = replace(here, unreadable=tuple(one for one in here.unreadable if one != uid))
            yield Slice(here, [_fetched(here, item, 0, self.largest) for item in found if item.body is not None][:1])
        if here.unreadable:
            count = len(here.unreadable)
            message = _("The server does not give out %(count)d mails of %(folder)s. %(words)s")
            raise connection.Refused(message % {"count": count, "folder": here.folder, "words": words})


def one(channel: Channel, place: Cursor, uid: int, largest: int) -> Fetched | None:
    """One message whole, by its UID; None when it has gone or the folder was made anew."""
    validity, _next_uid = channel.open(place.folder, writing=False)
    if validity != place.uidvalidity:
        return None
    found = [item for item in channel.fetch(str(uid), WHOLE, largest) if item.uid == uid and item.body is not None]
    return _fetched(place, found[0], 0, largest) if found else None


def uids(channel: Channel, count: int) -> Iterator[list[str]]:
    """The UIDs of the opened folder's messages in batches, from the last: what is expunged meanwhile hides none."""
    for last in range(count, 0, -BATCH_OF_SIZES):
        yield [str(uid) for uid in channel.search(f"{max(1, last - BATCH_OF_SIZES + 1)}:{last}")]


def described(channel: Channel, wanted: Sequence[int]) -> list[Held]:
    """Size and header fields of messages of the opened folder."""
    found: dict[int, Held] = {}
    for start in range(0, len(wanted), 500):
        for item in channel.fetch(uid_set(wanted[start : start + 500]), FIELDS, LARGEST_HEADER):
            found[item.uid] = Held(str(item.uid), item.size, item.body or b"")
    return [found[uid] for uid in wanted if uid in found]


def _fetched(cursor: Cursor, item: Item, size: int, largest: int) -> Fetched:
    body = item.body or b""
    cut = item.cut or size > largest
    if item.cut:
        head, end, _rest = body.partition(b"\r\n\r\n")
        body = head + end
    return Fetched(
        raw=body,
        folder=cursor.folder,
        uid=str(item.uid),
        uidvalidity=cursor.uidvalidity,
        internal_date=item.internal_date,
        seen=b"\\seen" in item.flags.lower(),
        full_size=max(size, item.full) if cut else len(body),
        cut=cut,
    )
