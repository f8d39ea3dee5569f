"""Step 3: a mail inherits from what it continues (BEHAVIOUR 5.3 and 6).

Business account and contact of a mail are those of the record that it is an activity of.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mailroom.flows.incoming.step import History, Mail, Verdict, did, skipped
from mailroom.records.activities import linking
from mailroom.records.emails import links
from mailroom.records.emails.links import Related
from mailroom.records.emails.models import Email, Thread
from mailroom.records.organisation import people


class MatchHistory:
    """Gives a mail the related entity, owner and work group of its history; an employee who writes becomes owner."""

    name = "match_history"

    def run(self, mail: Mail) -> Verdict:
        """What the mail has already, by a person's hand or an earlier run, stays."""
        email, history, linked = mail.email, mail.found.history, _linked(mail)
        writer = mail.found.employee
        words = _words(history) or (_linked_words(linked) if linked is not None else "")
        if not words and writer is None:
            return skipped(_("It continues nothing that is here."))
        if not email.related_entity_type:
            _inherit_entity(email, history, linked, mail.now)
        if history.parent is not None:
            links.further((email.pk, one) for one in links.further_of(history.parent.pk))
            _join(email, history.parent)
        if not email.owner_id and not email.workgroup_id:
            _inherit_owner(email, history, linked, writer)
        return did(" ".join(filter(None, (words, _what(email, writer)))))


def _linked(mail: Mail) -> Email | None:
    """The mail of the same conversation that is an activity of something, where what is continued is none itself."""
    history = mail.found.history
    if history.case is not None or (history.parent is not None and history.parent.related_entity_type):
        return None
    now_linked = (one for one in reversed(mail.found.siblings) if one.related_entity_type)
    return next(now_linked, mail.found.linked)


def _inherit_entity(email: Email, history: History, linked: Email | None, now: datetime) -> None:
    if history.case is not None:
        related = linking.related(history.case)
    else:
        giver = linked or history.parent
        if giver is None or not giver.related_entity_type:
            return
        related = Related(giver.related_entity_type, giver.related_entity_id, giver.related_entity_description)
    links.link_at_hand(email, related, now)


def _join(email: Email, parent: Email) -> None:
    """A mail that names no Message-ID of the conversation joins it all the same, unless it has one of its own."""
    if None in {parent.thread_id, email.thread_id} or email.thread_id == parent.thread_id:
        return
    own = Email.objects.filter(thread=email.thread_id).exclude(pk=email.pk)
    if own.exists() or Thread.objects.filter(emails=email, split_from__isnull=False).exists():
        return
    email.thread_id = parent.thread_id
    email.save(update_fields=["thread"])


def _inherit_owner(email: Email, history: History, linked: Email | None, writer: Any) -> None:
    """Inactive people never receive work: then the work group alone is inherited."""
    givers = [one for one in (history.parent, history.case, linked) if one is not None]
    owner = writer or next((one.owner for one in givers if people.works(one.owner)), None)
    workgroup = next((one.workgroup for one in givers if one.workgroup is not None and one.workgroup.active), None)
    if owner is None and workgroup is None:
        return
    email.owner, email.workgroup = owner, workgroup
    email.save(update_fields=["owner", "workgroup"])


def _words(history: History) -> str:
    if history.case is not None:
        return _("It continues case %(case)s: %(how)s.") % {"case": history.case, "how": history.how}
    if history.parent is not None:
        values = {"subject": history.parent.subject or _("(No subject)"), "how": history.how}
        return _("It continues “%(subject)s”: %(how)s.") % values
    return ""


def _linked_words(linked: Email) -> str:
    return _("It belongs to the conversation of “%(subject)s”.") % {"subject": linked.subject or _("(No subject)")}


def _what(email: Email, writer: Any) -> str:
    who = people.together(email.workgroup, email.owner)
    parts = [
        _("%(who)s works here.") % {"who": writer} if writer is not None else "",
        _("Related entity: %(entity)s.") % {"entity": email.related_entity_description}
        if email.related_entity_type
        else "",
        _("Assigned to %(who)s.") % {"who": who} if who else "",
    ]
    return " ".join(filter(None, parts))
