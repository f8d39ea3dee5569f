"""System email accounts, without their secrets, and the work that can be asked of them."""

from dataclasses import asdict
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Body, Router, Schema
from ninja import Status as Answer
from pydantic import EmailStr

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, Outcome, Steps
from mailroom.flows.incoming import account_test, accounts, autodetect, pipeline
from mailroom.flows.receiving import receive, reconcile
from mailroom.flows.receiving import state as receiving_state
from mailroom.flows.sending import send, signing
from mailroom.flows.sending.models import DkimKey
from mailroom.records.email_accounts.models import EmailAccount

router = Router(tags=["accounts"])


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_accounts(request: HttpRequest) -> list[dict[str, Any]]:
    """All accounts, by the names of `accounts import`."""
    rights.administrator(request)
    return [_plain(accounts.export(account)) for account in EmailAccount.objects.all()]


class AddressIn(Schema):
    """An address whose servers are looked for."""

    email_address: EmailStr


class Servers(Schema):
    """The fields of an account that were found; a guess says so."""

    provider: str
    guessed: bool
    values: dict[str, Any]


@router.post("/find-servers", response={200: Servers, **ERRORS})
def find_servers(request: HttpRequest, given: AddressIn) -> dict[str, Any]:
    """The servers of an address, as the assisted set-up finds them: by its domain, its MX and its SRV records."""
    rights.administrator(request)
    found = autodetect.find(given.email_address)
    return {"provider": found.provider, "guessed": found.guessed, "values": found.values}


@router.put("/{email_account_id}", response={200: dict[str, Any], **ERRORS})
def save_account(request: HttpRequest, email_account_id: str, values: Body[dict[str, Any]]) -> dict[str, Any]:
    """Create or change an account; what is left out keeps its value."""
    rights.administrator(request)
    return _plain(accounts.export(accounts.save_account(values | {"email_account_id": email_account_id[:32]})))


@router.delete("/{email_account_id}", response={204: None, **ERRORS})
def delete_account(request: HttpRequest, email_account_id: str) -> Any:
    """Delete an account that has no email; one that has is made inactive instead (409)."""
    rights.administrator(request)
    _find(email_account_id).delete()
    return Answer(204, None)


@router.get("/{email_account_id}", response={200: dict[str, Any], **ERRORS})
def show_account(request: HttpRequest, email_account_id: str) -> dict[str, Any]:
    """One account without its secrets, and how its receiving stands (`receiving_state`)."""
    rights.administrator(request)
    account = _find(email_account_id)
    return _plain(accounts.export(account)) | {"receiving_state": receiving_state.export(account)}


@router.post("/{email_account_id}/test", response={200: Steps, **ERRORS})
def test(request: HttpRequest, email_account_id: str) -> dict[str, Any]:
    """Test: each step with its time, the server's words and what to do."""
    rights.administrator(request)
    account = _find(email_account_id)
    steps = list(account_test.steps(account))
    found = [asdict(step) | {"name": str(step.name)} for step in steps]
    return {"email_account_id": account.email_account_id, "passed": all(s.passed for s in steps), "steps": found}


@router.get("/{email_account_id}/reconcile", response={200: dict[str, Any], **ERRORS})
def show_comparison(request: HttpRequest, email_account_id: str) -> dict[str, Any]:
    """The newest comparison of the account's server with what is here, with the emails that are missing."""
    rights.administrator(request)
    made = reconcile.latest(_find(email_account_id))
    if made is None:
        raise Http404
    return reconcile.export(made)


@router.post("/{email_account_id}/reconcile", response={200: dict[str, Any], **ERRORS})
def compare(request: HttpRequest, email_account_id: str) -> dict[str, Any]:
    """Compare the account's server with what is here, now."""
    rights.administrator(request)
    return reconcile.export(reconcile.reconcile(_find(email_account_id).pk, clock.now()))


@router.post("/{email_account_id}/fetch-gaps", response={200: dict[str, Any], **ERRORS})
def fetch_gaps(request: HttpRequest, email_account_id: str) -> dict[str, Any]:
    """Fetch what the newest comparison found missing."""
    rights.administrator(request)
    return asdict(reconcile.fetch(_find(email_account_id), clock.now()))


class Dkim(Schema):
    """An account's key without its private half, and the TXT record to publish."""

    domain: str
    selector: str
    record_name: str
    record_value: str


@router.get("/{email_account_id}/dkim", response={200: Dkim, **ERRORS})
def show_dkim(request: HttpRequest, email_account_id: str) -> dict[str, Any]:
    """The key that mail of this account is signed with; 404 when it is not signed."""
    rights.administrator(request)
    key = signing.key_of(_find(email_account_id).pk)
    if key is None:
        raise Http404
    return _dkim(key)


class NewDkim(Schema):
    """What names the new key among the keys of the domain."""

    selector: str = signing.SELECTOR


@router.post("/{email_account_id}/dkim", response={200: Dkim, **ERRORS})
def make_dkim(request: HttpRequest, email_account_id: str, new: NewDkim | None = None) -> dict[str, Any]:
    """Make a key; one that the account had is replaced, so the record has to be published anew."""
    rights.administrator(request)
    return _dkim(signing.generate(_find(email_account_id), (new or NewDkim()).selector))


def _dkim(key: DkimKey) -> dict[str, Any]:
    record = signing.record(key)
    return {
        "domain": key.domain,
        "selector": key.selector,
        "record_name": record.name,
        "record_value": record.value,
    }


@router.post("/{email_account_id}/{work}", response={200: Outcome, **ERRORS})
def run(request: HttpRequest, email_account_id: str, work: Literal["receive", "send", "process"]) -> dict[str, Any]:
    """Receive, send or process now."""
    rights.administrator(request)
    account, now = _find(email_account_id), clock.now()
    result: Any
    if work == "receive":
        result = receive.receive_account(account.pk, now)
    elif work == "send":
        result = send.send_account(account.pk, now, manual=True)
    else:
        result = pipeline.process_account(account.pk, now)
    values = asdict(result)
    counts = {name: value for name, value in values.items() if isinstance(value, int)}
    return {"account": values["account"], "seconds": values["seconds"], "error": values["error"], "counts": counts}


def _find(email_account_id: str) -> EmailAccount:
    account = EmailAccount.objects.filter(email_account_id__iexact=email_account_id.replace("\x00", "")).first()
    if account is None:
        raise Http404
    return account


def _plain(values: Body[dict[str, Any]]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | float | bool | list | None) else str(value)
        for name, value in values.items()
    }
