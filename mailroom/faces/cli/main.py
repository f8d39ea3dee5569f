"""The `mailroom` command. `parse` and `settings` start without the database; everything else sets Django up first."""

import os
import sys
from collections.abc import Sequence

WITHOUT_DATABASE = {"parse"}
SERVES_AT_ONCE = (["up"], ["up", "--demo"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 some of it failed, 2 wrong use."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in WITHOUT_DATABASE:
        from mailroom.faces.cli import parse

        return run(parse.app, given[1:], "mailroom parse")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
    try:
        if given in SERVES_AT_ONCE:
            _start_web()
        import django

        django.setup()
    except Exception as error:  # a wrong setting or key file is told in a line; anything else is shown whole
        if type(error).__name__ not in {"SettingsError", "KeyFileError"}:
            raise
        print(f"mailroom: {error}", file=sys.stderr)
        return 2
    from mailroom.base import audit
    from mailroom.faces.cli import commands

    with audit.acting(way="command line"):
        return run(commands.app, given, "mailroom")


def _start_web() -> None:
    """Let the web server load beside this process: /readyz says "not ready" until the database is up to date."""
    from mailroom.faces import server

    if server.port_is_free():
        server.start_web()


def run(app: object, arguments: Sequence[str], name: str) -> int:
    """Run a typer application and turn its end into an exit status."""
    import typer

    command = typer.main.get_command(app)  # type: ignore[arg-type]  # a typer.Typer; typed so that parse loads alone
    try:
        answer = command.main(list(arguments), prog_name=name, standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except Exception as error:  # the end of the process: what nobody explained is told in one line
        return _explain(error)
    except KeyboardInterrupt:
        return 130
    return answer if isinstance(answer, int) else 0


def _explain(error: Exception) -> int:
    from mailroom.faces.cli.output import WrongUse, say

    if hasattr(error, "show") and hasattr(error, "exit_code"):  # the command line library's own wrong use
        error.show(sys.stderr)
        return 2
    if isinstance(error, WrongUse):
        say(f"mailroom: {error}")
        return 2
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if type(error).__module__.startswith(("mailroom.", "django.db")):
        say(f"mailroom: {error}")
        return 1
    raise error


if __name__ == "__main__":
    sys.exit(main())
