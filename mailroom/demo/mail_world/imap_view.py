"""What one client knows of the folder it looks at: sequence numbers against UIDs (RFC 3501 §2.3.1)."""

from collections.abc import Callable

from mailroom.demo.mail_world import imap_fetch, imap_grammar
from mailroom.demo.mail_world.mailboxes import Folder, Kept


class View:
    """The folder as the client last saw it; `say` sends an untagged line."""

    def __init__(self, folder: Folder, say: Callable[[str], None]) -> None:
        """A fresh look at a folder."""
        self.folder = folder
        self.uids = [kept.uid for kept in folder.messages()]
        self._say = say

    def present(self) -> list[tuple[int, Kept]]:
        """What the client knows of and what is still there, with its sequence numbers."""
        kept_by_uid = {kept.uid: kept for kept in self.folder.messages()}
        return [(at, kept_by_uid[uid]) for at, uid in enumerate(self.uids, 1) if uid in kept_by_uid]

    def chosen(self, word: imap_grammar.Word, by_uid: bool) -> list[tuple[int, Kept]]:
        """The messages that a sequence set names, with their sequence numbers."""
        self._learn()
        present = self.present()
        wanted = set(
            imap_grammar.numbers(imap_grammar.text_of(word), [kept.uid if by_uid else at for at, kept in present])
        )
        return [(at, kept) for at, kept in present if (kept.uid if by_uid else at) in wanted]

    def found(self, words: list[imap_grammar.Word], by_uid: bool) -> list[int]:
        """The UIDs or sequence numbers of the messages that a SEARCH finds."""
        self._learn()
        present = self.present()
        hits = imap_fetch.search([kept for _, kept in present], words)
        return [present[hit][1].uid if by_uid else present[hit][0] for hit in hits]

    def tell_news(self) -> None:
        """Untagged EXPUNGE and EXISTS for what changed (RFC 3501 §7.3.1, §7.4.1)."""
        still_there = {kept.uid for kept in self.folder.messages()}
        for at in range(len(self.uids), 0, -1):
            if self.uids[at - 1] not in still_there:
                del self.uids[at - 1]
                self._say(f"* {at} EXPUNGE")
        self._learn()

    def _learn(self) -> None:
        """Take new arrivals into the client's numbering and tell of them."""
        known = self.uids[-1] if self.uids else 0
        new = [kept.uid for kept in self.folder.messages() if kept.uid > known]
        if new:
            self.uids += new
            self._say(f"* {len(self.uids)} EXISTS")
