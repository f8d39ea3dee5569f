"""Step 5: mail between customers and employees (BEHAVIOUR 7): copies to the owners, answers to the customer."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import employee_answers, reference_block, routing
from mailroom.flows.incoming.models import HeldAnswer, RoutedCopy
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.flows.sending import outbox
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee

NEVER = frozenset({"bounce", "complaint", "own", "read-receipt", "list", "bulk"})


class Route:
    """Forwards mail from outside that continues something to its owners; passes an employee's answer on."""

    name = "route"

    def run(self, mail: Mail) -> Verdict:
        """Each copy and each answer is made once, however often a mail is processed."""
        writer = employee_answers.writer(mail)
        if writer is not None:
            return _answer(mail, writer)
        if mail.email.automatic in NEVER:
            return skipped(_("Such mail is passed on to nobody: %(kind)s.") % {"kind": mail.email.automatic})
        history = mail.found.history
        if history.parent is None and history.case is None and not mail.email.related_entity_type:
            return skipped(_("It continues nothing, so that nobody is known whom it concerns."))
        return _to_owners(mail, mail.email)


def _to_owners(mail: Mail, original: Email, copy: RoutedCopy | None = None) -> Verdict:
    author = copy.employee if copy is not None else None
    found = routing.owners(mail, copy.original if copy is not None else None)
    takers = routing.takers(found, original, author)
    if not takers:
        names = ", ".join(str(one) for one in found if author is None or one.pk != author.pk)
        if not names:
            return skipped(_("Nobody owns what it continues."))
        return skipped(_("%(who)s: not active, Route emails off, or no address to send to.") % {"who": names})
    about = reference_block.make(mail) if mail.options.add_brief_information_about_references else None
    sent = []
    for employee, address in takers:
        if routing.too_many(mail, employee):
            continue
        if routing.send(mail, original, employee, address, about):
            sent.append(f"{employee} <{address}>")
    if sent:
        return did(_("Forwarded to %(who)s.") % {"who": ", ".join(sent)})
    return skipped(_("Its owners have their copies, or got very many within the hour."))


def _answer(mail: Mail, writer: Employee) -> Verdict:
    if mail.email.automatic != "none":
        return skipped(_("%(who)s works here, and a program wrote this: it goes nowhere.") % {"who": writer})
    copy = employee_answers.answered_copy(mail)
    if copy is None:
        return skipped(_("%(who)s works here and answers no copy that was forwarded.") % {"who": writer})
    if employee_answers.passed_on(mail) is not None:
        return skipped(_("The answer was passed on before."))
    doubt = employee_answers.doubt(mail, copy, writer)
    try:
        answer = employee_answers.pass_on(mail, copy, doubt)
    except (outbox.NoRecipient, outbox.BadAddress) as error:
        return skipped(str(error))
    if answer is None:
        return skipped(_("The answer says nothing beyond what it quotes."))
    if doubt:
        HeldAnswer.objects.get_or_create(answer=answer, defaults={"written": mail.email, "answered": copy})
        return did(_("Held until %(who)s says that it is his: %(why)s") % {"who": copy.employee, "why": doubt})
    copies = to_others(mail, answer, copy)
    sent = _("Sent to %(who)s from %(account)s.") % {"who": answer.to_line, "account": answer.account.email_address}
    return did(f"{sent} {copies}".strip())


def to_others(mail: Mail, answer: Email, copy: RoutedCopy) -> str:
    """The other owners get a copy of an answer that is sent, its author never; in words, empty for none."""
    verdict = _to_owners(mail, Email.objects.select_related("content", "account").get(pk=answer.pk), copy)
    return verdict.reason if verdict.outcome == "did" else ""
