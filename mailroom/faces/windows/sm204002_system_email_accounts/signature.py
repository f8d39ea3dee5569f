"""DKIM of an account: the DNS record to publish, and a new key."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome, Typed
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.sm204002_system_email_accounts.window import WINDOW
from mailroom.flows.sending import signing
from mailroom.flows.sending.signing import DnsRecord
from mailroom.records.email_accounts.models import EmailAccount


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page says of the account's signature."""

    domain: str
    selector: str
    record: DnsRecord


def standing(account: EmailAccount) -> Standing | None:
    """The account's key with its public half; None when its mail is not signed."""
    key = signing.key_of(account.pk)
    return Standing(key.domain, key.selector, signing.record(key)) if key is not None else None


def generate(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Make a key, in place of one that there was; the page shows the record to publish."""
    account = EmailAccount.objects.get(pk=ids[0])
    page = WINDOW.url("record", account.email_account_id)
    try:
        signing.generate(account, request.POST.get("selector", ""))
    except signing.BadSelector as error:
        return Outcome(str(error), level="bad", redirect=page)
    return Outcome(_("Key made. Publish the DNS record beside the form."), redirect=page)


def _ask(count: int) -> Confirm:
    return Confirm(
        _("Make a new DKIM key?"),
        _("Mail is signed with it at once. A key that the account has is replaced: publish the new DNS record."),
        _("Make DKIM key"),
        typed=(Typed("selector", _("Selector"), signing.SELECTOR, _("The key's name among the keys of the domain.")),),
    )


MAKE_KEY = Action("dkim", gettext_lazy("Make DKIM key"), run=generate, icon="lock", roles=ADMINISTRATORS, confirm=_ask)
