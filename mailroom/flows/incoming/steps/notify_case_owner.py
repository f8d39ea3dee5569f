"""Step 8: the owner of a case is told that somebody wrote about it (BEHAVIOUR 5.8)."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import assigning, making
from mailroom.flows.incoming.models import RoutedCopy
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.flows.sending import from_template, outbox
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime import addresses, bodies
from mailroom.mime.message import Address
from mailroom.records.crm.models import Case
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Lane
from mailroom.records.files import store
from mailroom.records.notifications import render, standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee

TEMPLATE = "CASEEMAIL"
CANNOT_BE_SENT = (outbox.BadAddress, outbox.NoRecipient, compose.TooLarge, render.TooLong, store.FileMissing)


class NotifyCaseOwner:
    """Mails the owner by a template: what came, from whom, and where the case is."""

    name = "notify_case_owner"

    def run(self, mail: Mail) -> Verdict:
        """Never about mail that the owner or a program wrote, never to an address of our own, once a mail."""
        email = mail.email
        case = _case_of(email)
        if case is None:
            return skipped(_("It belongs to no case."))
        owner = case.owner
        if owner is None or not assigning.works(owner):
            return skipped(_("Case %(case)s has no owner who works here.") % {"case": case})
        if email.automatic not in making.BY_A_PERSON:
            return skipped(_("Nobody is told of automatic mail."))
        if mail.found.employee is not None and mail.found.employee.pk == owner.pk:
            return skipped(_("The owner of the case wrote it."))
        if RoutedCopy.objects.filter(original=email, employee=owner).exists():
            return skipped(_("It was forwarded to %(who)s.") % {"who": owner})
        to, template = people.address_of(owner), standard.find(TEMPLATE)
        if not to or tuple(addresses.folded(to).rsplit("@", 1)) in compose.own_addresses():
            return skipped(_("%(who)s has no address of his own to be told at.") % {"who": owner})
        if template is None:
            return skipped(_("There is no notification template %(id)s.") % {"id": TEMPLATE})
        try:
            _send(mail, case, owner, to, template)
        except CANNOT_BE_SENT as error:
            return skipped(_("%(who)s could not be told: %(why)s") % {"who": owner, "why": error})
        return did(_("%(who)s is told at %(address)s.") % {"who": owner, "address": to})


def _case_of(email: Email) -> Case | None:
    if email.related_entity_type != "case" or email.related_entity_id is None:
        return None
    return Case.objects.select_related("owner__user").filter(pk=email.related_entity_id).first()


def _send(mail: Mail, case: Case, owner: Employee, to: str, template: NotificationTemplate) -> None:
    """Queue the notice; its answer finds the case by its tag."""
    user = owner.user
    text = standard.in_language(template, user.language) if user is not None else template
    own = text.from_account
    usable = own is not None and own.active and own.personal_owner_id is None
    account = own if own is not None and usable else mail.email.account
    made = from_template.filled(text, case, mail.now, Company=from_template.company(account))
    fields = DraftFields(
        account=account,
        to=[Address(owner.name, to)],
        subject=made.subject,
        html=bodies.sanitise_html(made.html),
        text=bodies.text_from_html(made.html),
        related=("case", case.pk, mail.email.related_entity_description),
        extra={"auto_submitted": "auto-generated"},
    )
    key = f"case-owner:{mail.email.pk}:{owner.pk}"
    new = NewEmail(fields, from_template.files_of(text), send=True, idempotency_key=key, lane=Lane.NOTICE)
    outbox.create(new, mail.now, None)
