"""`mailroom portal`: the self-service portal of customers."""

import typer
from django.conf import settings
from django.db import transaction

from mailroom.base import clock
from mailroom.faces.cli.output import WrongUse
from mailroom.records.crm import portal

app = typer.Typer(no_args_is_help=True, help="The self-service portal.")


@app.callback()
def _group() -> None:
    """The self-service portal."""


@app.command()
def link(address: str) -> None:
    """Print a link that opens the cases of a contact's address once. Example: mailroom portal link ola@example.org"""
    if not portal.is_open():
        raise WrongUse("The portal is switched off (CS100000).")
    now = clock.now()
    with transaction.atomic():  # no worker sees the request and mails its link
        asked = portal.ask(address, None, now)
        if asked is None:
            raise WrongUse(f"{address} is no address, or was asked for too often within the hour.")
        token = portal.answer(asked, now)
    if not token:
        raise WrongUse(f"No active contact has the address {address}.")
    print(f"{settings.ENVIRONMENT.public_url}/portal/link/{token}/")
