"""Step 8: the owner of a case is told that somebody wrote about it (BEHAVIOUR 5.8)."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import making
from mailroom.flows.incoming.models import RoutedCopy
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.flows.sending import from_template
from mailroom.flows.sending.from_template import Notice
from mailroom.mime.message import Address
from mailroom.records.crm.models import Case
from mailroom.records.emails import compose
from mailroom.records.emails.models import Email
from mailroom.records.notifications import standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee

TEMPLATE = "CASEEMAIL"


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
        if owner is None or not people.works(owner):
            return skipped(_("Case %(case)s has no owner who works here.") % {"case": case})
        if email.automatic not in making.BY_A_PERSON:
            return skipped(_("Nobody is told of automatic mail."))
        if mail.found.employee is not None and mail.found.employee.pk == owner.pk:
            return skipped(_("The owner of the case wrote it."))
        if RoutedCopy.objects.filter(original=email, employee=owner).exists():
            return skipped(_("It was forwarded to %(who)s.") % {"who": owner})
        to, template = people.address_of(owner), standard.find(TEMPLATE)
        if not to or compose.own_among([to]):
            return skipped(_("%(who)s has no address of his own to be told at.") % {"who": owner})
        if template is None:
            return skipped(_("There is no notification template %(id)s.") % {"id": TEMPLATE})
        try:
            _send(mail, case, owner, to, template)
        except from_template.CANNOT_BE_SENT as error:
            return skipped(_("%(who)s could not be told: %(why)s") % {"who": owner, "why": error})
        return did(_("%(who)s is told at %(address)s.") % {"who": owner, "address": to})


def _case_of(email: Email) -> Case | None:
    if email.related_entity_type != "case" or email.related_entity_id is None:
        return None
    return Case.objects.select_related("owner__user").filter(pk=email.related_entity_id).first()


def _send(mail: Mail, case: Case, owner: Employee, to: str, template: NotificationTemplate) -> None:
    """Queue the notice; its answer finds the case by its tag."""
    user = owner.user
    notice = Notice(
        standard.in_language(template, user.language) if user is not None else template,
        case,
        key=f"case-owner:{mail.email.pk}:{owner.pk}",
        related=("case", case.pk, mail.email.related_entity_description),
        to=[Address(owner.name, to)],
        account=mail.email.account,
    )
    from_template.queue(notice, mail.now)
