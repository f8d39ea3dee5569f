"""The commands of the email windows: each obeys the state table, says what it did, and can be taken back."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import SEPARATOR, Action, Confirm, Outcome, Undo
from mailroom.faces.windows.kit.registry import PEOPLE
from mailroom.faces.windows.mail import tables
from mailroom.flows.incoming import bulk
from mailroom.flows.sending import outbox
from mailroom.records.emails import answering, doubt, release, removal, status
from mailroom.records.emails.models import Email, Status
from mailroom.records.emails.moves import Action as Move
from mailroom.records.emails.status import Moved
from mailroom.records.preferences import answers

AT_ONCE = 500  # more than that is a job


def open_address(email: Email) -> str:
    """Where an email opens in a window of its own."""
    return f"/cr306015/{email.pk}/"


def _told(moved: Moved, one: str, many: str, undo: str = "") -> Outcome:
    """What a batch came to: how many moved, and the first reason why others did not."""
    words = ngettext(one, many, len(moved.ids)) % {"n": len(moved.ids)} if moved.ids else ""
    reasons = sorted(set(moved.refused.values()))
    if reasons:
        left = ngettext("%(n)d left as it was", "%(n)d left as they were", len(moved.refused)) % {
            "n": len(moved.refused)
        }
        words = ". ".join(part for part in (words, f"{left}: {reasons[0]}") if part)
    taken_back = Undo(undo, tuple(moved.ids)) if undo and moved.ids else None
    return Outcome(words, undo=taken_back, level="ok" if moved.ids else "bad")


def _move(request: HttpRequest, ids: list[Any], action: Move) -> Moved:
    return status.move_many(ids, action, clock.now(), requests.user_of(request))


def _long(request: HttpRequest, ids: list[Any], action: Move, title: str) -> Outcome | None:
    """The same as a job with progress and Undo, where it is for thousands."""
    if len(ids) <= AT_ONCE:
        return None
    window = requests.window_id(request)
    return Outcome(job=bulk.start(action, title, ids, window, requests.user_of(request), clock.now()))


def archive(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Archive processed emails."""
    return _long(request, ids, Move.ARCHIVE, _("Archive")) or _told(
        _move(request, ids, Move.ARCHIVE), _("%(n)d email archived"), _("%(n)d emails archived"), "unarchive"
    )


def unarchive(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Restore emails from the archive."""
    return _long(request, ids, Move.RESTORE_FROM_ARCHIVE, _("Restore from archive")) or _told(
        _move(request, ids, Move.RESTORE_FROM_ARCHIVE), _("%(n)d email restored"), _("%(n)d emails restored")
    )


def delete(request: HttpRequest, ids: list[Any]) -> Outcome:
    """First Delete; for emails deleted already the second one, which is permanent."""
    if long := _long(request, ids, Move.DELETE, _("Delete")):
        return long
    gone = list(Email.objects.filter(pk__in=ids, status=Status.DELETED).values_list("pk", flat=True))
    if gone:
        removal.delete_permanently(gone, requests.user_of(request))
    deleted = set(gone)
    first = [pk for pk in ids if pk not in deleted]
    if not first:
        words = ngettext("%(n)d email deleted permanently", "%(n)d emails deleted permanently", len(gone))
        return Outcome(words % {"n": len(gone)})
    return _told(_move(request, first, Move.DELETE), _("%(n)d email deleted"), _("%(n)d emails deleted"), "restore")


def restore(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Restore deleted emails."""
    return _long(request, ids, Move.RESTORE, _("Restore")) or _told(
        _move(request, ids, Move.RESTORE), _("%(n)d email restored"), _("%(n)d emails restored")
    )


def cancel(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Cancel sending."""
    return _told(_move(request, ids, Move.CANCEL), _("%(n)d email canceled"), _("%(n)d emails canceled"))


def discard(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Throw a draft away without a question; Undo brings it back."""
    outcome = _told(_move(request, ids, Move.DELETE), _("Draft discarded"), _("%(n)d drafts discarded"), "restore")
    return replace(outcome, redirect="/co409080/")


def again(request: HttpRequest, ids: list[Any]) -> Outcome:
    """A draft with the same recipients, text and files."""
    return _draft(answering.again(_one(ids), requests.user_of(request), clock.now()))


def send_to_rest(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Send to those whose servers refused the mail, and to nobody who has it."""
    try:
        email = outbox.send_to_rest(ids[0], clock.now(), requests.user_of(request))
    except status.Refused as refused:
        return Outcome(str(refused), level="bad")
    count = email.recipients.filter(outcome="waiting").count()
    return Outcome(ngettext("Queued for %(n)d recipient", "Queued for %(n)d recipients", count) % {"n": count})


def mark_read(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Mark as read; only the owner may."""
    moved = status.mark_read_many(ids, tables.employee(request))
    return _told(moved, _("%(n)d email marked as read"), _("%(n)d emails marked as read"), "unread")


def mark_unread(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Mark as unread; only the owner may."""
    moved = status.mark_read_many(ids, tables.employee(request), read=False)
    return _told(moved, _("%(n)d email marked as unread"), _("%(n)d emails marked as unread"), "read")


def reply(request: HttpRequest, ids: list[Any]) -> Outcome:
    """A draft that answers the sender."""
    return _draft(answers.reply(_one(ids), requests.user_of(request), clock.now()))


def reply_all(request: HttpRequest, ids: list[Any]) -> Outcome:
    """A draft that answers everybody."""
    return _draft(answers.reply(_one(ids), requests.user_of(request), clock.now(), to_all=True))


def forward(request: HttpRequest, ids: list[Any]) -> Outcome:
    """A draft that passes the email on."""
    return _draft(answers.forward(_one(ids), requests.user_of(request), clock.now()))


def original(request: HttpRequest, ids: list[Any]) -> Outcome:
    """The exact bytes as a file."""
    if len(ids) > 1:
        return Outcome(_("Choose one email: its original is one file."), level="bad")
    email = _one(ids)
    if email.raw_sha256 is None:
        return Outcome(_("This email has no original yet: it is made when it is queued."), level="bad")
    if not release.may_have_original(email, requests.user_of(request)):
        return Outcome(release.WITHHELD, level="bad")
    return Outcome(redirect=f"{open_address(email)}raw/")


def _one(ids: list[Any]) -> Email:
    return Email.objects.select_related("account", "content").get(pk=ids[0])


def _draft(draft: Email) -> Outcome:
    return Outcome(redirect=open_address(draft))


def mark_delivered(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Delivery was unknown, and this person found out that the recipients have it."""
    try:
        doubt.mark_delivered(_one(ids), clock.now(), requests.user_of(request))
    except status.Refused as error:
        return Outcome(str(error), level="bad")
    return Outcome(_("Marked as delivered"))


def ask_delete(count: int) -> Confirm:
    """The question before Delete, naming the count."""
    button = ngettext("Delete %(n)d email", "Delete %(n)d emails", count) % {"n": count}
    return Confirm(f"{button}?", _("Deleted emails can be restored until they are deleted a second time."), button)


REPLY = Action("reply", gettext_lazy("Reply"), run=reply, icon="reply", keys="r", reader="label")
REPLY_ALL = Action("reply-all", gettext_lazy("Reply all"), run=reply_all, icon="reply-all", keys="a", reader="label")
FORWARD = Action("forward", gettext_lazy("Forward"), run=forward, icon="forward", keys="f", reader="label")
ARCHIVE = Action("archive", gettext_lazy("Archive"), run=archive, icon="archive", keys="e", reader="icon")
UNARCHIVE = Action("unarchive", gettext_lazy("Restore from archive"), run=unarchive, icon="restore", keys="E")
DELETE = Action(
    "delete", gettext_lazy("Delete"), run=delete, icon="trash", keys="Delete", style="icon", confirm=ask_delete
)
DISCARD = Action("discard", gettext_lazy("Discard"), run=discard, hidden=True)
AGAIN = Action("again", gettext_lazy("Send again"), run=again, icon="refresh")
TO_REST = Action("send-to-rest", gettext_lazy("Send to the rest"), run=send_to_rest, icon="send")
RESTORE = Action("restore", gettext_lazy("Restore"), run=restore, icon="undo", keys="D")
READ = Action("read", gettext_lazy("Mark as read"), run=mark_read, icon="mail", keys="i", reader="icon")
UNREAD = Action("unread", gettext_lazy("Mark as unread"), run=mark_unread, icon="mail", keys="u")
NEW = Action("new", gettext_lazy("New email"), url="/cr306015/new/", icon="plus", keys="c", style="icon", rows=False)
DELIVERED = Action("delivered", gettext_lazy("Mark as delivered"), run=mark_delivered, icon="ok")
ORIGINAL = Action(
    "download-original", gettext_lazy("Download original"), run=original, icon="download", keys="O", roles=PEOPLE
)
ANSWERS = (REPLY, REPLY_ALL, FORWARD, SEPARATOR)
