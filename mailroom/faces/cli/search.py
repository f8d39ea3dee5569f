"""`mailroom search`: the full text index."""

import typer

from mailroom.records.emails import search

app = typer.Typer(no_args_is_help=True, help="The full text index.")


@app.command()
def rebuild() -> None:
    """Make the index anew; search finds what is indexed so far. Example: mailroom search rebuild"""
    print(f"{search.rebuild(_tell)} emails indexed")


@app.command()
def missing() -> None:
    """Index the emails that the index lacks. Example: mailroom search missing"""
    print(f"{search.index_missing(_tell)} emails indexed")


def _tell(done: int) -> None:
    typer.echo(f"{done} so far", err=True)
