"""`mailroom accounts`: system email accounts (SM204002)."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from mailroom.faces.cli.output import WrongUse, print_json, print_rows, say, tell
from mailroom.flows.incoming import accounts
from mailroom.flows.receiving import probe as receiving_probe
from mailroom.flows.receiving import state
from mailroom.flows.sending import probe as sending_probe
from mailroom.flows.sending import signing
from mailroom.records.email_accounts.models import EmailAccount

app = typer.Typer(no_args_is_help=True, help="System email accounts.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("import")
def import_accounts(file: Path, as_json: AsJson = False) -> int:
    """Create or change accounts from YAML or JSON. Example: mailroom accounts import accounts.yaml"""
    done, failed = [], 0
    for values in _read(file):
        name = str(values.get("email_account_id", "?"))
        try:
            done.append({"email_account_id": accounts.save_account(values).email_account_id, "error": ""})
        except accounts.Invalid as error:
            failed += 1
            done.append({"email_account_id": name, "error": str(error)})
            say(f"{name}: {error}")
    print_json(done) if as_json else say(f"{len(done) - failed} accounts imported, {failed} refused.")
    return 1 if failed else 0


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        text = file.read_text()
        found = json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise WrongUse(f"{file}: {error.strerror}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise WrongUse(f"{file} is neither YAML nor JSON: {error}") from error
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise WrongUse(f"{file} holds no list of accounts.")
    return found


@app.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """List all accounts. Example: mailroom accounts list --json"""
    columns = (
        "email_account_id",
        "email_address",
        "incoming_mail_protocol",
        "incoming_mail_server",
        "outgoing_mail_server",
        "active",
    )
    rows = list(EmailAccount.objects.values(*columns))
    print_json(rows) if as_json else print_rows(rows, columns)


@app.command()
def show(account_id: str, as_json: AsJson = False) -> None:
    """Show one account without its secrets, and how its receiving stands. Example: mailroom accounts show SALES"""
    account = find(account_id)
    values = accounts.export(account) | {"receiving_state": state.export(account)}
    if as_json:
        print_json(values)
    else:
        print_rows([{"field": name, "value": value} for name, value in values.items()], ("field", "value"))


@app.command("test")
def try_servers(account_id: str, as_json: AsJson = False) -> int:
    """Try each configured protocol step by step. Example: mailroom accounts test SALES"""
    account = find(account_id)
    passed, rows = True, []
    for probe in (receiving_probe, sending_probe):
        for step in probe.steps(account):
            passed = passed and step.passed
            rows.append(asdict(step))
            if not as_json:
                mark = "ok    " if step.passed else "failed"
                tell(f"{step.protocol:5} {mark} {step.seconds:6.2f} s  {step.name}  {step.server_words}")
                if step.advice:
                    tell(f"      {step.advice}")
    if as_json:
        print_json({"email_account_id": account.email_account_id, "passed": passed, "steps": rows})
    return 0 if passed else 1


@app.command()
def dkim(
    account_id: str,
    new: Annotated[bool, typer.Option("--new", help="Make a new key.")] = False,
    selector: Annotated[str, typer.Option(help="The new key's name among the keys of the domain.")] = signing.SELECTOR,
) -> None:
    """Show the DNS record of an account's DKIM key. Example: mailroom accounts dkim SALES --new --selector key-2027"""
    account = find(account_id)
    try:
        key = signing.generate(account, selector) if new else signing.key_of(account.pk)
    except signing.BadSelector as error:
        raise WrongUse(str(error)) from error
    if key is None:
        raise WrongUse(f"{account_id} has no DKIM key. Make one with --new.")
    found = signing.record(key)
    print(f"{found.name} IN TXT {found.value}")


def find(account_id: str) -> EmailAccount:
    """The account with this ID, in any case."""
    account = EmailAccount.objects.filter(email_account_id__iexact=account_id).first()
    if account is None:
        known = ", ".join(EmailAccount.objects.values_list("email_account_id", flat=True))
        raise WrongUse(f"There is no account {account_id}. Known: {known or 'none'}.")
    return account
