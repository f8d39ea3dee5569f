"""`mailroom users`: people, their tokens and their links."""

import sys
from typing import Annotated

import typer
from django.conf import settings

from mailroom.base import clock
from mailroom.faces.cli.output import WrongUse, print_json, print_rows, say
from mailroom.flows.sending import security
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

app = typer.Typer(no_args_is_help=True, help="People who sign in.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def create(
    login: str,
    email: Annotated[str, typer.Option(help="Email address.")] = "",
    role: Annotated[str, typer.Option(help="administrator, supervisor, agent, marketing, reader or api.")] = "agent",
    name: Annotated[str, typer.Option(help="Full name.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create a user. Example: mailroom users create kari --email kari@example.com --role agent"""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    try:
        user = people.create_user(login, email, role, password, name)
    except people.Invalid as error:
        raise WrongUse(str(error)) from error
    if user.role != Role.API:
        security.welcome(user, clock.now())
    print_json({"login": user.login, "email": user.email, "role": user.role}) if as_json else print(user.login)


@app.command()
def token(login: str, name: Annotated[str, typer.Option(help="What it is for.")] = "") -> None:
    """Print a new API token; it is shown this once. Example: mailroom users token robot"""
    print(sign_in.make_token(_user(login), clock.now(), name))


@app.command()
def link(login: str) -> None:
    """Print a link that signs the user in once. Example: mailroom users link kari"""
    print(address_of(sign_in.make_link(_user(login), clock.now())))


@app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """List all users. Example: mailroom users list --json"""
    rows = [
        {"login": user.login, "name": user.full_name, "email": user.email, "role": user.role, "active": user.is_active}
        for user in User.objects.all()
    ]
    print_json(rows) if as_json else print_rows(rows, ("login", "name", "email", "role", "active"))


def address_of(token_text: str) -> str:
    """The address of a one-time link."""
    return f"{settings.ENVIRONMENT.public_url}/login/link/{token_text}/"


def _user(login: str) -> User:
    user = User.objects.filter(login=login.lower()).first()
    if user is None:
        say(f"Known logins: {', '.join(User.objects.values_list('login', flat=True)) or 'none'}")
        raise WrongUse(f"There is no user {login}.")
    return user
