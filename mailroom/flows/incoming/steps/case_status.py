"""Step 4: mail to a case sets it open; a closed one is opened again in time, else a new case follows it."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import case_assigning, making
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.flows.incoming.steps.create_case import case_of, join
from mailroom.records.crm import cases
from mailroom.records.crm.models import Case, CaseStatus
from mailroom.records.organisation import features

MOST_FOLLOWERS = 20


class UpdateCase:
    """Moves the case that a mail belongs to (BEHAVIOUR 5.4)."""

    name = "case_status"

    def run(self, mail: Mail) -> Verdict:
        """Mail of the case's owner, and mail that a program wrote, change nothing."""
        email = mail.email
        if (
            email.related_entity_type != "case"
            or email.related_entity_id is None
            or not features.is_on("case_management")
        ):
            return skipped(_("It belongs to no case."))
        rows = Case.objects.select_related("owner", "workgroup", "case_class", "business_account", "contact", "lead")
        case = rows.filter(pk=email.related_entity_id).first()
        if case is None:
            return skipped(_("Its case is gone."))
        if email.automatic not in making.BY_A_PERSON:
            return skipped(_("Automatic mail changes no case."))
        if mail.found.employee is not None and mail.found.employee.pk == case.owner_id:
            return skipped(_("The owner of the case wrote it."))
        if case.status == CaseStatus.CLOSED:
            return _to_closed(mail, _last_of(case))
        if case.status not in {CaseStatus.OPEN, CaseStatus.PENDING_CUSTOMER}:
            status = case.get_status_display()
            return skipped(_("Case %(case)s is “%(status)s”.") % {"case": case, "status": status})
        cases.update(case)
        return did(_("Case %(case)s is open, reason Updated.") % {"case": case})


def _last_of(case: Case) -> Case:
    """The newest of the cases that followed this one."""
    for _turn in range(MOST_FOLLOWERS):
        following = case.followed_by.select_related(
            "owner", "workgroup", "case_class", "business_account", "contact", "lead"
        )
        newest = following.order_by("-pk").first()
        if newest is None:
            break
        case = newest
    return case


def _to_closed(mail: Mail, case: Case) -> Verdict:
    """Join the case that followed; open a closed one again in time, else make one that follows it."""
    email = mail.email
    if case.status == CaseStatus.CLOSED and not cases.in_time(case, mail.now):
        identity = f"following {case.pk} {making.mail_identity(email)}"
        fresh, _new = making.once(identity, Case, lambda: case_of(mail, case), mail.now)
        _move(mail, fresh)
        words = {"old": case.case_id, "case": fresh, "owner": case_assigning.words(fresh)}
        return did(_("Case %(old)s was closed too long ago: %(case)s follows it. %(owner)s") % words)
    if email.related_entity_id != case.pk:
        _move(mail, case)
    if case.status != CaseStatus.NEW:
        cases.update(case)
    return did(_("Case %(case)s is “%(status)s” again.") % {"case": case, "status": case.get_status_display()})


def _move(mail: Mail, case: Case) -> None:
    """Who had the closed case does not keep the mail when the new one has others."""
    if mail.found.employee is None:
        mail.email.owner = mail.email.workgroup = None
        mail.email.save(update_fields=["owner", "workgroup"])
    join(mail.email, case, mail.now)
