"""An account as one set of values: the rules of SM204002 in one place, for the window, the API and the command line."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from mailroom.flows.incoming import document_handlers
from mailroom.flows.incoming.models import ProcessingOptions
from mailroom.flows.receiving import folders
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.watching.models import WatchingOptions
from mailroom.mime import addresses
from mailroom.records.email_accounts import destinations, oauth2
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol

SECRETS = frozenset(
    {"password", "outgoing_password", "oauth2_client_secret", "oauth2_refresh_token", "oauth2_access_token"}
)
HIDDEN = frozenset({"oauth2_expires_at", "id", "account", "created_at", "changed_at", "email_account_type"})
ROOMS: tuple[type[models.Model], ...] = (
    EmailAccount,
    ReceivingOptions,
    SendingOptions,
    ProcessingOptions,
    WatchingOptions,
)
FOLDERS = "folders"  # rows of their own: see `receiving.folders`
OTHER_NAMES = {"default_email_work_group": "default_work_group", "default_email_owner": "default_owner"}
FOUND_BY = {
    "default_work_group": "workgroup_id",
    "default_owner": "employee_id",
    "confirmation_template": "notification_id",
    "reply_template": "notification_id",
    "new_case_class": "class_id",
    "case_assignment_map": "map_id",
    "email_assignment_map": "map_id",
    "personal_owner": "login",
}


class Invalid(ValueError):
    """Values that no account may have: a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


def fields(model: type[models.Model]) -> dict[str, Any]:
    """The fields of one room that a person may set, by name."""
    return {
        field.name: field
        for field in model._meta.concrete_fields
        if field.name not in HIDDEN and (field.editable or field.name in SECRETS)
    }


def known_names() -> set[str]:
    """Every name that an account's values may have."""
    return {name for model in ROOMS for name in fields(model)} | set(OTHER_NAMES) | {FOLDERS}


@transaction.atomic
def save_account(values: Mapping[str, Any]) -> EmailAccount:
    """Create or change the account with this `email_account_id`; what is left out keeps its value or has the default.

    Raises Invalid with every wrong field; then nothing is saved. An empty secret keeps the stored one, unless a changed
    server would be told it: then it has to be given again, and a consent (OAuth2) has to be given anew afterwards.
    """
    unknown = sorted(set(values) - known_names())
    if unknown:
        raise Invalid({name: _("This is no field of an account.") for name in unknown})
    given = {OTHER_NAMES.get(name, name): value for name, value in values.items()}
    key = str(given.get("email_account_id") or "").strip()
    if not key:
        raise Invalid({"email_account_id": _("Fill in this field.")})
    account = EmailAccount.objects.filter(email_account_id__iexact=key).first() or EmailAccount(email_account_id=key)
    errors: dict[str, str] = {}
    rows = [account, *(_row(model, account) for model in ROOMS[1:])]
    stored = destinations.of(account)
    for row in rows:
        _fill(row, given, errors)
    _keep_secrets_at_home(account, stored, given, errors)
    errors |= {name: text for name, text in rules(account).items() if name not in errors}
    if errors:
        raise Invalid(errors)
    account.save()
    for row in rows[1:]:
        row.account = account  # type: ignore[attr-defined]  # each of these rooms has the account as its key
        row.save()
    try_at_once(account)
    if FOLDERS in given:
        _save_folders(account, given[FOLDERS])
    return account


def try_at_once(account: EmailAccount) -> None:
    """Whoever mends an account has it sent from at once; receiving goes by when it was changed."""
    SendingOptions.objects.filter(pk=account.pk).update(held_until=None, failed_sessions=0)


def _keep_secrets_at_home(
    account: EmailAccount,
    stored: dict[str, set[destinations.Destination]],
    given: Mapping[str, Any],
    errors: dict[str, str],
) -> None:
    """A stored secret goes to no server that it was not given for: whoever changes the server may not know it."""
    for name in destinations.redirected(stored, account) if not errors else ():
        if given.get(name):
            continue
        if name in destinations.TOKENS:
            setattr(account, name, "")
        else:
            errors[name] = _("The server changed. Enter this again: what is stored is not sent to another server.")


def _save_folders(account: EmailAccount, wanted: Any) -> None:
    if not isinstance(wanted, list) or not all(isinstance(row, dict) for row in wanted):
        raise Invalid({FOLDERS: _("Give a list; each item has folder, default_work_group, default_owner.")})
    try:
        folders.replace(account, wanted)
    except folders.Invalid as error:
        raise Invalid({FOLDERS: str(error)}) from error


def _row(model: type[models.Model], account: EmailAccount) -> models.Model:
    found = model._default_manager.filter(account=account).first() if account.pk else None
    return found or model()


def _fill(row: models.Model, given: Mapping[str, Any], errors: dict[str, str]) -> None:
    for name, field in fields(type(row)).items():
        if name not in given or name == "email_account_id":
            continue
        value = given[name]
        if name in SECRETS and not value:
            continue
        try:
            setattr(row, name, _related(field, value) if field.is_relation else field.clean(_plain(field, value), row))
        except Exception as error:  # a value of any type may come from a file; each becomes a sentence for its field
            errors[name] = " ".join(getattr(error, "messages", [str(error)]))


def _plain(field: Any, value: Any) -> Any:
    if value is None and not field.null:
        return "" if field.empty_strings_allowed else field.get_default()
    if isinstance(value, str) and field.choices:
        folded = {str(key).casefold(): key for key, _label in field.choices}
        return folded.get(value.casefold(), value)
    return value


def _related(field: Any, value: Any) -> Any:
    if value in (None, ""):
        return None
    if isinstance(value, field.related_model):
        return value
    found = field.related_model._default_manager.filter(**{f"{FOUND_BY[field.name]}__iexact": str(value)}).first()
    if found is None:
        raise ValueError(_("“%(value)s” was not found.") % {"value": value})
    return found


def rules(account: EmailAccount) -> dict[str, str]:
    """What SM204002 demands beyond the type of each field."""
    errors: dict[str, str] = {}
    if not _is_address(account.email_address):
        errors["email_address"] = _("Enter an email address, such as sales@example.com.")
    if account.reply_address and not _is_address(account.reply_address):
        errors["reply_address"] = _("Enter an email address, or leave it empty.")
    for name in ("incoming_server_port", "outgoing_server_port"):
        if not 1 <= getattr(account, name) <= 65535:
            errors[name] = _("A port is a number from 1 to 65535.")
    if account.incoming_mail_protocol != IncomingMailProtocol.NONE and not account.incoming_mail_server:
        errors["incoming_mail_server"] = _("Enter the server, or choose no incoming mail protocol.")
    if not 1 <= account.timeout_seconds <= 600:
        errors["timeout_seconds"] = _("A time-out has 1 to 600 seconds.")
    for name in ("oauth2_authorize_address", "oauth2_token_address"):
        if getattr(account, name) and not oauth2.is_safe(getattr(account, name)):
            errors[name] = _("Enter an address that begins with https://, or leave it empty.")
    owner, workgroup = account.default_owner, account.default_work_group
    if owner and workgroup and not workgroup.members.filter(pk=owner.pk).exists():
        errors["default_owner"] = _("%(owner)s does not belong to the default work group.") % {"owner": owner}
    return errors


def _is_address(text: str) -> bool:
    found = addresses.parse(text)
    return len(found) == 1 and "@" in found[0].address and bool(addresses.ascii_domain(addresses.domain(text)))


def export(account: EmailAccount) -> dict[str, Any]:
    """All values by the names of `accounts import`, without secrets: those say only whether they are set."""
    found: dict[str, Any] = {}
    for row in (account, *(_row(model, account) for model in ROOMS[1:])):
        for name, field in fields(type(row)).items():
            if name in SECRETS:
                found[f"{name}_is_set"] = bool(getattr(row, name))
            elif field.is_relation:
                related = getattr(row, name)
                found[name] = getattr(related, FOUND_BY[name]) if related else None
            else:
                found[name] = getattr(row, name)
    found[FOLDERS] = folders.export(account)
    found["document_handler"] = document_handlers.name_of(account.email_account_id)
    return found
