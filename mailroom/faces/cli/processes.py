"""`mailroom up`, `web`, `worker`, `migrate`, `check`, `settings`: the processes and their surroundings."""

import sys
from typing import Annotated, Any

import typer
from django.conf import settings as configuration
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mailroom.base import clock
from mailroom.faces import server
from mailroom.faces.cli.output import WrongUse, print_json, print_rows, say
from mailroom.faces.cli.people import address_of
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role
from mailroom.settings.environment import PREFIX, Environment

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, web, worker, migrate, check):
        app.command()(command)
    app.command("settings")(show_settings)


def up(demo: Annotated[bool, typer.Option("--demo", help="With a demo company and its mail world.")] = False) -> int:
    """Migrate, then web and worker in one process. Example: mailroom up --demo"""
    if not server.start_web.cache_info().currsize and not server.port_is_free():
        environment = configuration.ENVIRONMENT
        raise WrongUse(f"{environment.host}:{environment.port} is taken. Choose another port: PORT=8001 make run.")
    _bring_up_to_date()
    world = _demo_world() if demo else None
    say(f"\nMailroom is on {configuration.ENVIRONMENT.public_url}")
    say(way_in(always=demo or sys.stderr.isatty()))
    say("Ctrl+C stops it.\n")
    try:
        return server.up(server.Stop())
    finally:
        if world is not None:
            world.stop()


def way_in(always: bool) -> str:
    """How the administrator signs in: by a link until one did; later only where no log keeps what is printed."""
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    user = administrators.first()
    if user is None:
        user = people.create_user("admin", "", Role.ADMINISTRATOR, full_name="Administrator")
    if not always and administrators.exclude(last_login=None).exists():
        return f"Sign in as before. A one-time link is printed by: mailroom users link {user.login}"
    return f"Sign in as {user} by this link, good once: {address_of(sign_in.make_link(user, clock.now()))}"


def _demo_world() -> Any:
    from mailroom.demo import furnish  # its texts are read only for the demo

    return furnish.open_house(clock.now())


def web() -> int:
    """Serve the pages only. Example: MAILROOM_WORKERS=0 mailroom web"""
    return server.serve()


def worker(concurrency: Annotated[int, typer.Option(help="Tasks at once.")] = 2) -> int:
    """Run a worker only. Example: mailroom worker --concurrency 4"""
    return server.work(concurrency, server.Stop())


def migrate() -> None:
    """Bring the database up to date. Example: mailroom migrate"""
    call_command("migrate", interactive=False, verbosity=1)


def _bring_up_to_date() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def show_settings(as_json: AsJson = False) -> None:
    """Every setting: its variable, value and meaning. Example: mailroom settings"""
    values = configuration.ENVIRONMENT.model_dump()
    rows = [
        {
            "variable": PREFIX + name.upper(),
            "value": "(set)" if name == "database_url" and values[name] else str(values[name]),
            "meaning": field.description,
        }
        for name, field in Environment.model_fields.items()
    ]
    print_json(rows) if as_json else print_rows(rows, ("variable", "value", "meaning"))


def check(as_json: AsJson = False) -> int:
    """Test configuration, database, files, key and every account. Example: mailroom check"""
    from mailroom.flows.receiving import probe as receiving_probe
    from mailroom.flows.sending import probe as sending_probe
    from mailroom.records.email_accounts.models import EmailAccount
    from mailroom.records.files import store

    rows = [{"what": "key file", "passed": True, "words": str(configuration.DATA / "key")}]
    executor = MigrationExecutor(connection)
    behind = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    rows.append(
        {
            "what": "database",
            "passed": not behind,
            "words": f"{behind} migrations wait" if behind else connection.vendor,
        }
    )
    if not behind:
        written = store.put(b"mailroom check")
        rows.append(
            {"what": "files", "passed": store.is_there(written), "words": str(configuration.ENVIRONMENT.files_folder)}
        )
        for account in EmailAccount.objects.filter(active=True):
            for probe in (receiving_probe, sending_probe):
                steps = list(probe.steps(account))
                if steps:
                    words = steps[-1].advice or steps[-1].server_words
                    rows.append({"what": f"{account} {steps[-1].protocol}", "passed": steps[-1].passed, "words": words})
    print_json(rows) if as_json else print_rows(rows, ("what", "passed", "words"))
    return 0 if all(row["passed"] for row in rows) else 1
