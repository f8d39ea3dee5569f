"""`mailroom parse`: what Mailroom makes of messages, without a database."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mailroom.faces.cli import output
from mailroom.mime import parse

app = typer.Typer(add_completion=False)
HELP = "What Mailroom makes of each message: a JSON object a line.\n\nExample: mailroom parse mail.eml | jq .reply_text"


@app.command(help=HELP)
def parse_files(
    files: Annotated[list[str], typer.Argument(help="Files of one message each; - is standard input.")],
) -> int:
    """Print one object a message, in the order given. Any bytes at all give an object."""
    missing = False
    for name in files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            print(f"mailroom: {name}: {error.strerror}", file=sys.stderr)
            missing = True
            continue
        text = output.as_json(parse.parse(raw).to_json())
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
    return 1 if missing else 0
