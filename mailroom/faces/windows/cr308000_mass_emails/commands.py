"""What is done with a mass email: prepared, looked at, tried, sent, stopped."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Menu, Outcome, Toolbar, Typed
from mailroom.faces.windows.kit.registry import MARKETERS
from mailroom.flows.mailings import prepare, preparing, text
from mailroom.flows.mailings.models import MassEmail, Reason
from mailroom.flows.sending import outbox
from mailroom.records.emails import status
from mailroom.records.files.store import FileMissing
from mailroom.records.filters.lines import Wrong
from mailroom.records.notifications.render import TooLong

State = MassEmail.Status
ASKED = "prepare_asked"  # in the session: the job of *Prepare*, whose end its window has not told yet
REFUSALS = (status.Refused, text.NotReady, Wrong, TooLong, outbox.BadAddress, outbox.NoRecipient, FileMissing)


def of(record: MassEmail | None, request: HttpRequest) -> Toolbar:
    """The commands of a saved one."""
    if record is None:
        return ()
    return (
        Action("prepare", gettext_lazy("Prepare"), run=_prepare, icon="people", keys="p", roles=MARKETERS,
               disabled=_on_its_way),
        Action("preview", gettext_lazy("Preview"), url=f"/cr308000/{record.mass_email_id}/preview/", dialog=True,
               icon="eye", keys="v"),
        Action("send", gettext_lazy("Send"), run=_send, icon="send", style="primary", roles=MARKETERS,
               confirm=_ask_send(record), disabled=_not_prepared),
        Menu(gettext_lazy("Actions"), (
            Action("test", gettext_lazy("Send test"), run=_test, icon="test", roles=MARKETERS,
                   confirm=_ask_test(requests.user_of(request).email)),
            Action("hold", gettext_lazy("Put on hold"), run=_hold, icon="pause", roles=MARKETERS,
                   disabled=_cannot_be_held),
            Action("stop", gettext_lazy("Stop sending"), run=_stop, icon="stop", roles=MARKETERS,
                   disabled=_not_sending),
        )),
    )  # fmt: skip


def _tried(work: Callable[[], MassEmail], words: Callable[[MassEmail], Any]) -> Outcome:
    """The window of the record anew, whose state the work has changed; a refusal in words."""
    try:
        changed = work()
        return Outcome(words(changed), redirect=f"/cr308000/{changed.mass_email_id}/")
    except REFUSALS as refused:
        return Outcome(str(refused), level="bad")


def _prepare(request: HttpRequest, ids: list[Any]) -> Outcome:
    def work() -> MassEmail:
        request.session[ASKED] = preparing.start(ids[0], requests.user_of(request), clock.now()).pk
        return MassEmail.objects.get(pk=ids[0])

    return _tried(work, lambda _row: "")  # its window shows how far it is


def _send(request: HttpRequest, ids: list[Any]) -> Outcome:
    asked = request.POST.get("prepared")

    def work() -> MassEmail:
        with transaction.atomic():
            record = prepare.locked(ids[0])
            if asked is not None and record.status == State.PREPARED and asked != _prepared_at(record):
                raise status.Refused(_("It was prepared anew since you were asked: look at it, and send it then."))
            return prepare.send(record.pk, clock.now())

    return _tried(work, lambda _row: _("It is being sent."))


def _prepared_at(record: MassEmail) -> str:
    return record.prepared_at.isoformat() if record.prepared_at is not None else ""


def _hold(request: HttpRequest, ids: list[Any]) -> Outcome:
    return _tried(lambda: prepare.hold(ids[0]), lambda _row: _("It is on hold."))


def _stop(request: HttpRequest, ids: list[Any]) -> Outcome:
    return _tried(lambda: prepare.stop(ids[0]), lambda _row: _("Stopped. Send goes on with the rest."))


def _test(request: HttpRequest, ids: list[Any]) -> Outcome:
    mass_email = MassEmail.objects.select_related("account").get(pk=ids[0])
    to, user = request.POST.get("address", "")[:254].replace("\x00", ""), requests.user_of(request)
    first = mass_email.recipients.filter(reason=Reason.NONE).order_by("pk").first()
    try:
        email = text.send_test(mass_email, first, to, user, clock.now())
    except REFUSALS as refused:
        return Outcome(str(refused), level="bad")
    words = _("Test email to %(to)s is on its way") % {"to": to.strip()}
    return Outcome(words, link_url=f"/cr306015/{email.pk}/", link_text=_("Open email"))


def _ask_send(record: MassEmail) -> Callable[[int], Confirm]:
    def ask(_count: int) -> Confirm:
        left = record.recipients.filter(reason=Reason.NONE, queued=False).count()
        button = ngettext("Send %(n)d email", "Send %(n)d emails", left) % {"n": left}
        words = _("Each recipient gets an email of their own from %(address)s.")
        asked = words % {"address": record.account.email_address}
        return Confirm(f"{button}?", asked, button, danger=False, given=(("prepared", _prepared_at(record)),))

    return ask


def _ask_test(address: str) -> Callable[[int], Confirm]:
    def ask(_count: int) -> Confirm:
        line = Typed("address", gettext_lazy("Test email to"), address)
        words = _("The email of the first recipient goes to this address alone; its link unsubscribes nobody.")
        return Confirm(_("Send a test email?"), words, _("Send test email"), danger=False, typed=(line,))

    return ask


def _on_its_way(request: HttpRequest, record: Any) -> Any:
    return prepare.why_fixed(record)


def _cannot_be_held(request: HttpRequest, record: Any) -> Any:
    if record.status == State.ON_HOLD:
        return _("It is on hold.")
    return "" if record.status == State.PREPARING else _on_its_way(request, record)


def _not_prepared(request: HttpRequest, record: Any) -> Any:
    return "" if record.status == State.PREPARED else _("Only a prepared mass email can be sent.")


def _not_sending(request: HttpRequest, record: Any) -> Any:
    return "" if record.status == State.SENDING else _("It is not being sent.")
