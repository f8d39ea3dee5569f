"""Ninety days of mail, told through the product itself: outsiders' mail is received by IMAP, ours is sent by SMTP."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from mailroom.demo.company import cast, files, letters
from mailroom.demo.company.house import House
from mailroom.demo.company.scripts import Conversation, Line
from mailroom.demo.mail_world import customers
from mailroom.demo.mail_world.world import MailWorld
from mailroom.flows.incoming import pipeline
from mailroom.flows.receiving import receive
from mailroom.flows.sending import outbox, send
from mailroom.mime.message import Address
from mailroom.records.emails import status
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email
from mailroom.records.emails.moves import Action
from mailroom.records.files import store

ARCHIVED_AFTER = timedelta(days=45)


@dataclass(slots=True)
class Told:
    """How far a conversation has been told: Message-IDs so far, the last text, the mail to answer."""

    known: list[str] = field(default_factory=list)
    before: str = ""
    last: Email | None = None


@dataclass(slots=True)
class Teller:
    """Tells all conversations, one mail of each at a time, so that every answer finds what it answers."""

    house: House
    world: MailWorld
    now: datetime
    told: dict[str, Told] = field(default_factory=dict)

    def tell(self, conversations: list[Conversation]) -> None:
        """Tell everything up to now; what arrives later is only laid into the mailboxes."""
        self.told = {one.key: Told() for one in conversations}
        past = [one for one in conversations if not one.arrives_later]
        for turn in zip_longest(*(list(enumerate(one.lines)) for one in past)):
            steps = [(one, *step) for one, step in zip(past, turn, strict=True) if step is not None]
            arriving = [step for step in steps if step[2].who in {"them", "away", "bounce"}]
            for step in arriving:
                self._arrive(*step)
            if arriving:
                self._receive()
                self._remember(steps)
            for one, _at, line in sorted(steps, key=lambda step: step[2].at):
                if line.who in {"us", "draft", "later"}:
                    self._write(one, line)
        self._dress(past)
        for one in conversations:
            if one.arrives_later:
                self._arrive(one, 0, one.lines[0])

    def _arrive(self, one: Conversation, at: int, line: Line) -> None:
        """Lay a mail into the account's mailbox at the provider."""
        told = self.told[one.key]
        address = cast.everything()["accounts"][one.account]["address"]
        if line.who in {"away", "bounce"} and told.last is not None:
            other = self.world.town.find(cast.outsiders()[one.other].address)
            original = store.read(bytes(told.last.raw_sha256 or b""))
            posted = customers.reaction(other, address, original, 0, line.at) if other else None
            raw = posted.raw if posted else b""
            own = str(customers.read(raw)["Message-ID"]).strip("<> ")
        else:
            own, raw = letters.incoming(one, at, told.known, told.before)
        resident = self.world.town.find(address)
        if resident is not None:
            self.world.town.mailbox(resident).inbox.append(raw, line.at)
        told.known.append(own)
        told.before = letters.quoted(line.text, cast.outsiders()[one.other].name)

    def _receive(self) -> None:
        for account in self.house.accounts.values():
            if account.incoming_mail_protocol != "none":
                receive.receive_account(account.pk, self.now)
                pipeline.process_account(account.pk, self.now)

    def _remember(self, steps: list[tuple[Conversation, int, Line]]) -> None:
        """Find the emails that were just received, to answer them in the next turn."""
        ids = [self.told[one.key].known[-1] for one, _at, line in steps if line.who in {"them", "away", "bounce"}]
        emails = {email.message_id.strip("<>"): email for email in Email.objects.filter(direction="incoming")}
        for one, _at, _line in steps:
            told = self.told[one.key]
            if told.known and told.known[-1] in ids:
                told.last = emails.get(told.known[-1], told.last)

    def _write(self, one: Conversation, line: Line) -> None:
        """Our mail: a draft, queued at its time and sent, unless the script says otherwise."""
        told, person = self.told[one.key], cast.outsiders()[one.other]
        employee = self.house.employees[one.owner or "maja"]
        text = letters.signed(line.text, cast.employees()[one.owner or "maja"], person.language)
        made = [files.make(name, one.subject, line.at) for name in line.files]
        fields = DraftFields(
            account=self.house.accounts[one.account],
            to=(Address(person.name, person.address),),
            subject=("Re: " if told.known else "") + one.subject,
            text=f"{text}\n\n{told.before}" if told.before else text,
            html=line.html,
            in_reply_to=told.known[-1:],
            references=tuple(told.known),
            thread_id=told.last.thread_id if told.last else None,
            answers=told.last.pk if told.last else None,
        )
        new = outbox.NewEmail(
            fields,
            [outbox.NewFile(file.name, file.content_type, file.content) for file in made],
            send=line.who != "draft",
            send_at=self.now + timedelta(days=1) if line.who == "later" else None,
        )
        email = outbox.create(new, line.at, employee.user)
        if line.who == "us":
            sent_at = line.at + timedelta(seconds=12)
            send.send_account(email.account_id, sent_at, manual=True, only=[email.pk], read_clock=lambda: sent_at)
            email.refresh_from_db()
            told.known.append(email.message_id.strip("<>"))
            told.before, told.last = letters.quoted(line.text, employee.name), email

    def _dress(self, past: list[Conversation]) -> None:
        """Owners, work groups, links to cases, read marks and the archive, as they grow by daily work."""
        by_id = {email.message_id.strip("<>"): email for email in Email.objects.all()}
        old: list[int] = []
        for one in past:
            mails = [by_id[known] for known in self.told[one.key].known if known in by_id]
            ids = [email.pk for email in mails]
            changes = dict(self._changes(one))
            if changes:
                Email.objects.filter(pk__in=ids).update(**changes)
            if one.owner and ids:
                latest = {email.pk for email in mails[-1:] if one.unread}
                status.mark_read_many([pk for pk in ids if pk not in latest], self.house.employees[one.owner])
            if one.lines[-1].at < self.now - ARCHIVED_AFTER:
                old += ids
        status.move_many(old, Action.ARCHIVE, self.now)

    def _changes(self, one: Conversation) -> Iterator[tuple[str, object]]:
        if one.owner:
            group = cast.everything()["accounts"][one.account]["group"]
            yield "owner", self.house.employees[one.owner]
            yield "workgroup", self.house.workgroups[group]
        if case := self.house.cases.get(one.case):
            yield "related_entity_type", "case"
            yield "related_entity_id", case.pk
            yield "related_entity_description", str(case)
