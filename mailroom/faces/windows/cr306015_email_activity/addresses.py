"""To, Cc and Bcc: suggestions while typing, and what is wrong or worth seeing about each address."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.cr306015_email_activity.window import WINDOW
from mailroom.faces.windows.kit import lookups, requests
from mailroom.faces.windows.kit.lookups import Lookup
from mailroom.faces.windows.kit.views import WindowView
from mailroom.flows.sending import outbox
from mailroom.mime import addresses
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import checks
from mailroom.records.organisation.models import User
from mailroom.records.preferences import address_book

MOST = 200


class AddressLookup(Lookup):
    """Suggestions of the address book instead of rows of one table."""

    __slots__ = ()

    def find(self, request: HttpRequest, text: str, limit: int) -> list[Any]:
        """What the address book suggests for `text`."""
        return list(address_book.suggest(requests.user_of(request), text, limit))


def accounts_of(user: User) -> QuerySet[EmailAccount]:
    """The accounts a person may write from: shared ones, and his own personal ones."""
    shared = EmailAccount.objects.filter(active=True, personal_owner=None)
    return shared | EmailAccount.objects.filter(active=True, personal_owner=user)


def written(item: Address) -> str:
    """An address as people type it."""
    if not item.name or item.name == item.address:
        return item.address
    name = item.name.replace('"', "'")
    return f'"{name}" <{item.address}>' if set(name) & set(",;<>@()[]:") else f"{name} <{item.address}>"


lookups.register(
    Lookup(
        "sending-accounts",
        gettext_lazy("From"),
        rows=lambda request: accounts_of(requests.user_of(request)),
        columns=(
            ("email_account_id", gettext_lazy("Email account ID")),
            ("email_address", gettext_lazy("Email address")),
        ),
        search=("email_account_id", "email_address"),
        text=lambda row: f"{row.email_account_id} {row.email_address}",
    )
)
lookups.register(
    AddressLookup(
        "addresses",
        gettext_lazy("Addresses"),
        rows=lambda request: EmailAccount.objects.none(),
        columns=(
            ("name", gettext_lazy("Name")),
            ("email", gettext_lazy("Email")),
            ("source", gettext_lazy("Known from")),
        ),
        search=(),
        value=lambda row: written(Address(row.name, row.email)),
        text=lambda row: written(Address(row.name, row.email)),
    )
)


class AddressStates(WindowView):
    """What there is to say about each address in To, Cc and Bcc: bad, perhaps mistyped, outside."""

    window = WINDOW
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        """For each `address` in the form its state and the reason in words."""
        typed = [text[:500] for text in request.POST.getlist("address")[:MOST]]
        parsed = {text: (outbox.address(text) or [Address("", text)])[0] for text in typed}
        inside = checks.own_domains()
        better = checks.corrections({addresses.domain(one.address) for one in parsed.values()} - inside)
        return JsonResponse({text: _state(one, inside, better) for text, one in parsed.items()})


def _state(one: Address, inside: set[str], better: dict[str, str]) -> dict[str, str]:
    fault = checks.fault(one.address)
    if fault:
        return {"state": "bad", "why": fault}
    local, _at, domain = one.address.rpartition("@")
    right = better.get(addresses.domain(domain))
    if right:
        return {"state": "near", "why": _("%s may be mistyped.") % one.address, "better": f"{local}@{right}"}
    if addresses.domain(domain) not in inside:
        return {"state": "outside", "why": _("Outside")}
    return {"state": "inside", "why": ""}
