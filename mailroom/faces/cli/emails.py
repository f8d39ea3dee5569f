"""`mailroom emails`, `compose`: looking at mail and writing it from the command line."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from django.db.models import Q
from django.utils import timezone

from mailroom.base import clock
from mailroom.faces.cli import accounts
from mailroom.faces.cli.output import WrongUse, print_json, print_rows, say, tell
from mailroom.flows.receiving import whole
from mailroom.flows.sending import holding, outbox
from mailroom.flows.sending.outbox import NewEmail, NewFile
from mailroom.mime import file_names
from mailroom.records.emails import checks as findings
from mailroom.records.emails import present, properties, queries, search
from mailroom.records.emails import release as releasing
from mailroom.records.emails import status as states
from mailroom.records.emails.compose import DraftFields, TooLarge
from mailroom.records.emails.models import Email, Status
from mailroom.records.files import store
from mailroom.records.filters import lines, meaning
from mailroom.records.filters.meaning import When
from mailroom.records.filters.models import SavedFilter

app = typer.Typer(no_args_is_help=True, help="Look at mail.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(command: typer.Typer) -> None:
    """Add `compose` to the command."""
    command.command()(compose)


@app.command("list")
def list_emails(
    window: Annotated[str, typer.Option(help="incoming, sent, all or pending.")] = "all",
    account: Annotated[str, typer.Option(help="Email account ID.")] = "",
    status: Annotated[str, typer.Option(help="A status, such as Failed.")] = "",
    query: Annotated[str, typer.Option(help="Words and operators, as in the Search field.")] = "",
    filter_: Annotated[str, typer.Option("--filter", help="A saved filter's name, or lines in JSON.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List emails, newest first; with --json one object a line. Example: mailroom emails list --window sent --json"""
    if window not in queries.LISTS:
        raise WrongUse(f"--window is one of {', '.join(queries.LISTS)}.")
    rows = (
        Email.objects.filter(**queries.LISTS[window])
        .select_related(*present.RELATED)
        .prefetch_related(*present.PREFETCHED)
    )
    if account:
        rows = rows.filter(account=accounts.find(account))
    if status:
        labels = {str(label).casefold(): key for key, label in Status.choices}
        if status.casefold() not in labels:
            raise WrongUse(f"--status is one of {', '.join(str(label) for _key, label in Status.choices)}.")
        rows = rows.filter(status=labels[status.casefold()])
    if filter_:
        rows = rows.filter(_condition(filter_))
    if query:
        rows = search.find(rows, query, clock.now(), timezone.get_current_timezone()).rows
    found = [present.as_json(email, with_bodies=False) for email in rows.order_by("-date", "-id")[:limit]]
    if as_json:
        for item in found:
            print_json(item)
        return
    table = [item | {"from": item["from"]["address"], "date": item["date"][:16]} for item in found]
    print_rows(table, ("id", "date", "status", "account", "from", "subject"))


def _condition(text: str) -> Q:
    try:
        if text.lstrip().startswith("["):
            meant = lines.read(text)
        else:
            kept = list(SavedFilter.objects.filter(name=text).values_list("lines", flat=True)[:2])
            if len(kept) != 1:
                raise WrongUse(f"{'Several saved filters are' if kept else 'No saved filter is'} called {text!r}.")
            meant = lines.of(kept[0])
        return meaning.condition(meant, properties.EMAIL, When(clock.now(), timezone.get_current_timezone()))
    except lines.Wrong as error:
        raise WrongUse(str(error)) from error


@app.command()
def show(number: int, as_json: AsJson = False) -> None:
    """Show one email. Example: mailroom emails show 12 --json"""
    found = present.as_json(_find(number))
    if as_json:
        print_json(found)
        return
    for name in ("id", "direction", "status", "account", "date", "subject", "message_id", "size", "error"):
        tell(f"{name:11} {found[name]}")
    tell(f"{'from':11} {found['from']['name']} <{found['from']['address']}>")
    for row in found["recipients"]:
        tell(f"{'to':11} {row['address']} {row['outcome']} {row['reply']}".rstrip())
    tell(f"\n{found['text']}")


@app.command()
def checks(number: int, as_json: AsJson = False) -> None:
    """Print what a person would be asked before a draft is sent. Example: mailroom emails checks 12"""
    found = [{"key": one.key, "text": one.text} for one in findings.of_draft(_find(number))]
    print_json(found) if as_json else print_rows(found, ("key", "text"))


@app.command()
def raw(number: int) -> None:
    """Print the exact bytes. Example: mailroom emails raw 12 > mail.eml"""
    email = _find(number)
    if email.raw_sha256 is None:
        raise WrongUse("A draft has no bytes yet: they are fixed when it is queued.")
    for piece in store.open_stream(bytes(email.raw_sha256)):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


@app.command()
def history(number: int, as_json: AsJson = False) -> None:
    """Print every change of an email's state. Example: mailroom emails history 12"""
    rows = [
        {
            "at": item.at.isoformat(),
            "action": item.action,
            "before": item.before,
            "after": item.after,
            "by": item.by.login if item.by else "",
            "reason": item.reason,
        }
        for item in _find(number).status_changes.select_related("by")
    ]
    print_json(rows) if as_json else print_rows(rows, ("at", "action", "before", "after", "by", "reason"))


@app.command("send-after-all")
def send_after_all(
    numbers: Annotated[list[int] | None, typer.Argument(help="Email ids; none means all held mail.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send mail that a restored backup held. Example: mailroom emails send-after-all 12 13"""
    moved = holding.send_after_all(numbers or None, clock.now())
    print_json({"released": moved.ids}) if as_json else print(f"{len(moved.ids)} emails go out now.")


@app.command("send-to-rest")
def send_to_rest(number: int) -> None:
    """Send an email to the recipients that were refused. Example: mailroom emails send-to-rest 12"""
    try:
        outbox.send_to_rest(_find(number).pk, clock.now())
    except states.Refused as error:
        raise WrongUse(str(error)) from error


@app.command()
def release(
    number: int,
    file: Annotated[int | None, typer.Option("--file", help="Only this one, as `quarantine files` numbers it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Release quarantined files of an email. Example: mailroom emails release 12 --file 7"""
    try:
        names = releasing.release(_find(number), clock.now(), None, file)
    except states.Refused as error:
        raise WrongUse(str(error)) from error
    print_json({"id": number, "released": names}) if as_json else tell(f"Released: {', '.join(names)}")


@app.command("fetch-whole")
def fetch_whole(number: int, as_json: AsJson = False) -> int:
    """Fetch the whole of an email that was too large when it came. Example: mailroom emails fetch-whole 12"""
    email = _find(number)
    error = ""
    try:
        whole.fetch(email, clock.now(), None)
    except states.Refused as refused:
        error = str(refused)
    if as_json:
        print_json({"id": number, "error": error})
    say(error or "The whole of the email is here.")
    return 1 if error else 0


def compose(
    account: Annotated[str, typer.Option(help="Email account ID.")],
    to: Annotated[list[str], typer.Option(help="Recipient; may be given again.")],
    cc: Annotated[list[str] | None, typer.Option(help="Copy recipient.")] = None,
    bcc: Annotated[list[str] | None, typer.Option(help="Hidden recipient.")] = None,
    subject: Annotated[str, typer.Option(help="Subject.")] = "",
    text: Annotated[str, typer.Option(help="File with the text; - is standard input.")] = "",
    html: Annotated[str, typer.Option(help="File with the HTML.")] = "",
    attach: Annotated[list[Path] | None, typer.Option(help="File to attach; may be given again.")] = None,
    at: Annotated[datetime | None, typer.Option(help="Send not before this time.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Queue it; else it stays a draft.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a draft or queue a mail; prints its id. Example: mailroom compose --account SALES --to a@b.org --send"""
    fields = DraftFields(
        account=accounts.find(account),
        to=[found for item in to for found in outbox.address(item)],
        cc=[found for item in cc or () for found in outbox.address(item)],
        bcc=[found for item in bcc or () for found in outbox.address(item)],
        subject=subject,
        text=_read(text),
        html=_read(html),
    )
    files = [NewFile(path.name, file_names.type_of(path.name), _bytes(path)) for path in attach or ()]
    try:
        email = outbox.create(NewEmail(fields, files, send, send_at=at.astimezone() if at else None), clock.now(), None)
    except (outbox.NoRecipient, outbox.BadAddress, TooLarge) as error:
        raise WrongUse(str(error)) from error
    print_json(present.as_json(email)) if as_json else print(email.pk)


def _read(name: str) -> str:
    if not name:
        return ""
    return sys.stdin.read() if name == "-" else _bytes(Path(name)).decode("utf-8", "replace")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path}: {error.strerror}") from error


def _find(number: int) -> Email:
    email = Email.objects.select_related(*present.RELATED, "content").filter(pk=number).first()
    if email is None:
        raise WrongUse(f"There is no email {number}.")
    return email
