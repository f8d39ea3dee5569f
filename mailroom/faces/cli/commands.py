"""All commands that need the installation, gathered from one file a group."""

import typer

from mailroom.faces.cli import (
    accounts,
    assignment_maps,
    audit_trail,
    emails,
    exchange,
    importing,
    keeping,
    mass_emails,
    notifications,
    parse,
    people,
    portal,
    preferences,
    processes,
    quarantine,
    reconcile,
    schedules,
    search,
    templates,
    watching,
)

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Mailroom: the email hub of a business.")
app.command("parse")(parse.parse_files)
processes.register(app)
audit_trail.register(app)
exchange.register(app)
keeping.register(app)
importing.register(app)
reconcile.register(app)
watching.register(app)
app.add_typer(people.app, name="users")
app.add_typer(accounts.app, name="accounts")
app.add_typer(assignment_maps.app, name="assignment-maps")
app.add_typer(portal.app, name="portal")
app.add_typer(preferences.app, name="preferences")
app.add_typer(emails.app, name="emails")
app.add_typer(mass_emails.app, name="mass-emails")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(schedules.app, name="schedules")
app.add_typer(search.app, name="search")
app.add_typer(notifications.app, name="notifications")
app.add_typer(templates.app, name="templates")
emails.register(app)
