"""What a person may want to see before a mail goes out; nothing here refuses it (CR306015, Send)."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from selectolax.lexbor import LexborHTMLParser

from mailroom.mime import addresses, bodies, near_domains
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import attachment_words, bounced, correspondents
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee

MANY = 20
NO_REPLY = re.compile(
    r"^(?:no|do[-_.]?not|never|ikke|inte|nicht|nao|ne)[-_.]?(?:reply|respond|svar\w*|antwort\w*|repondre|responder?)\b"
    r"|^(?:mailer-daemon|postmaster-noreply|bounces?|notifications?-noreply)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its key, the sentence, and the addresses it is about; `better` corrects the one address."""

    key: str
    text: str
    addresses: Sequence[str] = ()
    better: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is looked at; `known` are the addresses of the mail that is answered, `inside` our own domains.

    `bounced` says in words why mail to an address came back for good.
    """

    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    subject: str = ""
    html: str = ""
    text: str = ""
    files: int = 0
    inside: Collection[str] = ()
    known: Collection[str] = ()
    corrections: dict[str, str] = field(default_factory=dict)
    bounced: dict[str, str] = field(default_factory=dict)

    @property
    def everybody(self) -> list[Address]:
        """All recipients."""
        return [*self.to, *self.cc, *self.bcc]


def find(letter: Letter) -> list[Finding]:
    """What was found, the gravest first; a pure function."""
    return [
        *_mistyped(letter),
        *_no_reply(letter),
        *_bounced(letter),
        *_outside(letter),
        *_many(letter),
        *_subject(letter),
        *_file(letter),
    ]


def _mistyped(letter: Letter) -> Iterator[Finding]:
    for item in letter.everybody:
        better = letter.corrections.get(addresses.domain(item.address))
        if better:
            right = f"{item.address.rpartition('@')[0]}@{better}"
            text = _("%(address)s may be mistyped. Did you mean %(right)s?") % {"address": item.address, "right": right}
            yield Finding("mistyped", text, (item.address,), right)


def _no_reply(letter: Letter) -> Iterator[Finding]:
    for item in letter.everybody:
        if NO_REPLY.search(item.address.rpartition("@")[0]):
            yield Finding("no_reply", _("Nobody reads mail to %s.") % item.address, (item.address,))


def _bounced(letter: Letter) -> Iterator[Finding]:
    for item in letter.everybody:
        words = letter.bounced.get(addresses.folded(item.address))
        if words is not None:
            text = _("Mail to %(address)s came back: %(why)s") % {"address": item.address, "why": words}
            yield Finding("bounced", text, (item.address,))


def _outside(letter: Letter) -> Iterator[Finding]:
    """New outside addresses among colleagues: inside talk that is about to leave the house."""
    outside = outside_of(letter.everybody, letter.inside)
    strangers = [item.address for item in outside if item.address.casefold() not in letter.known]
    if strangers and len(outside) < len(letter.everybody):
        names = ", ".join(strangers[:5])
        text = ngettext(
            "Colleagues and people outside get this: %s is outside.",
            "Colleagues and people outside get this: %s are outside.",
            len(strangers),
        )
        yield Finding("outside", text % names, strangers)


def _many(letter: Letter) -> Iterator[Finding]:
    count = len(letter.to) + len(letter.cc)
    if count > MANY:
        yield Finding("many", _("%d people see each other's addresses in To and Cc. Bcc hides them.") % count)


def _subject(letter: Letter) -> Iterator[Finding]:
    if not letter.subject.strip():
        yield Finding("subject", _("The subject is empty."))


def _file(letter: Letter) -> Iterator[Finding]:
    word = "" if letter.files else attachment_words.promise(own_text(letter.html) if letter.html else letter.text)
    if word:
        yield Finding("file", _("The text says “%s”, but no file is attached.") % word)


def own_text(html: str) -> str:
    """The text that the person wrote: without the quoted mail and the signature."""
    tree = LexborHTMLParser(html)
    for node in tree.css("[data-quoted], [data-signature]"):
        node.decompose()
    return bodies.text_from_html(tree.html or "")


def outside_of(items: Iterable[Address], inside: Collection[str]) -> list[Address]:
    """Those whose domain is none of ours."""
    return [item for item in items if addresses.domain(item.address) not in inside]


def fault(address: str) -> str:
    """Why no server would take the address, in words; empty when nothing is wrong with it."""
    local, at, domain = address.rpartition("@")
    if not at:
        return _("“%s” has no @ and is no email address.") % address
    if not local or not domain:
        return _("“%s” is not complete: an address is name@company.com.") % address
    if any(char.isspace() or char in "<>" for char in address):
        return _("“%s” holds a blank or a bracket.") % address
    if not addresses.ascii_domain(domain) or ".." in domain or domain.startswith("."):
        return _("“%(domain)s” is no domain.") % {"domain": domain}
    return ""


# ---- with what the database knows

MORE: list[Callable[[Email], Iterable[Finding]]] = []


def register(finder: Callable[[Email], Iterable[Finding]]) -> None:
    """Add a finder of a room above: it is asked before each sending."""
    MORE.append(finder)


def of_draft(email: Email) -> list[Finding]:
    """All findings for a saved draft."""
    found = find(letter_of(email))
    for finder in MORE:
        found += finder(email)
    return found


def letter_of(email: Email) -> Letter:
    """A draft with what is known about its addresses."""
    rows: dict[str, list[Address]] = {"to": [], "cc": [], "bcc": [], "reply_to": []}
    for row in email.recipients.all():
        rows[row.kind].append(Address(row.name, row.address))
    inside = own_domains()
    everybody = [*rows["to"], *rows["cc"], *rows["bcc"]]
    return Letter(
        rows["to"],
        rows["cc"],
        rows["bcc"],
        email.subject,
        email.content.html,
        email.content.text,
        email.attachments.filter(inline=False).count(),
        inside,
        _answered(email),
        corrections({addresses.domain(item.address) for item in everybody} - inside),
        bounced.for_good([item.address for item in everybody]),
    )


def own_domains() -> set[str]:
    """The domains of our accounts and employees, free mail providers left out."""
    texts = [*EmailAccount.objects.values_list("email_address", flat=True)]
    texts += Employee.objects.exclude(email="").values_list("email", flat=True)
    return {addresses.domain(text) for text in texts if text} - near_domains.PROVIDERS


def corrections(domains: Iterable[str]) -> dict[str, str]:
    """For each unknown domain that is one slip away from a known one, the known one."""
    unknown = set(domains) - near_domains.PROVIDERS
    unknown -= correspondents.known_domains(unknown)
    near = {domain: near_domains.one_slip_away(domain) for domain in unknown}
    candidates: set[str] = set().union(*near.values())
    known = (candidates & near_domains.PROVIDERS) | correspondents.known_domains(candidates - near_domains.PROVIDERS)
    return {domain: min(hits) for domain, slips in near.items() if (hits := slips & known)}


def _answered(email: Email) -> set[str]:
    number = email.content.noted.get("answers")
    answered = Email.objects.filter(pk=number).first() if isinstance(number, int) else None
    if answered is None:
        return set()
    found = {answered.from_address, *answered.recipients.values_list("address", flat=True)}
    return {address.casefold() for address in found}
