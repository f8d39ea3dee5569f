"""Mass mail to ten thousand: prepared and queued in flat memory, each exactly one mail, fair between twenty runs."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import pytest
from django.db import connection

from mailroom.flows.mailings import prepare, preparing
from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient
from mailroom.flows.sending import outbox
from mailroom.flows.sending import run as sending_run
from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime import parse
from mailroom.mime.message import Address
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Contact, MarketingList
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Recipient
from tests.factories import mass_mail
from tests.faults import flat_memory, send_books
from tests.servers.hostile.smtp import HostileSmtp

pytestmark = pytest.mark.django_db(transaction=True)
RECIPIENTS, FEW, RUNS, GROUP = 10_000, 500, 20, 50
FLAT = 12  # megabytes that twenty times as many recipients may add
SIZES = [*(50 * (number + 1) for number in range(19)), 500]


def people(count: int, of: str = "all") -> list[Contact]:
    """So many contacts, each with an address of his own."""
    made = [Contact(name=f"Per {number}", email=f"{of}{number}@example.org") for number in range(count)]
    return Contact.objects.bulk_create(made, batch_size=1000)


def to(account: EmailAccount, now: datetime, contacts: Sequence[Contact], name: str) -> MassEmail:
    """A mass email to a list of these."""
    of = MarketingList.objects.create(list_id=name, name=name)
    marketing.add(of, contacts, now)
    return mass_mail.mass_email(now, of, account=account, description=name, subject=name)


def command(*arguments: str) -> float:
    """The peak of memory of `mailroom mass-emails ...`."""
    connection.close()
    return flat_memory.run("mailroom.faces.cli.main", "mass-emails", *arguments, environment=send_books.environment())[
        1
    ]


def sending(account: EmailAccount) -> "subprocess.Popen[bytes]":
    """A worker that sends until nothing waits."""
    connection.close()
    arguments = [sys.executable, "-m", "tests.faults.send_worker", str(account.pk), "0", "0"]
    return subprocess.Popen(arguments, env=send_books.environment())


def test_ten_thousand_are_prepared_in_flat_memory_and_get_one_mail_each(account: EmailAccount, now: datetime) -> None:
    """Preparing and queueing remember nobody: what was decided before is looked up a batch at a time."""
    contacts = people(RECIPIENTS)
    twins = [Contact(name="Twin", email=one.email.upper()) for one in contacts[:100]]
    Contact.objects.bulk_create(twins)
    few, many = to(account, now, contacts[:FEW], "FEW"), to(account, now, [*contacts, *twins], "MANY")
    began = time.monotonic()
    peaks = [command("prepare", few.mass_email_id), command("prepare", many.mass_email_id)]
    took = time.monotonic() - began
    rows = MassEmailRecipient.objects.filter(mass_email=many)
    assert (rows.filter(reason="").count(), rows.filter(reason="duplicate").count()) == (RECIPIENTS, len(twins))
    queue = [command("send", few.mass_email_id), command("send", many.mass_email_id)]
    print(
        f"{RECIPIENTS:,} recipients on {connection.vendor}: prepared at a peak of {peaks[1]:.0f} MB ({FEW}: "
        f"{peaks[0]:.0f} MB) in {took:.0f} s for both, queued at {queue[1]:.0f} MB ({FEW}: {queue[0]:.0f} MB)"
    )
    assert peaks[1] - peaks[0] < FLAT
    assert queue[1] < flat_memory.CEILING_MEGABYTES  # SQLite fills its page cache of 32 MB meanwhile
    mails = rows.filter(reason="", queued=True).values_list("email", flat=True)
    assert len(set(mails)) == RECIPIENTS
    addresses = Counter(Recipient.objects.filter(email__in=mails.query, kind="to").values_list("address", flat=True))
    assert addresses == Counter(one.email for one in contacts)


def test_twenty_mass_mails_share_fairly_and_a_persons_reply_waits_for_none(
    account: EmailAccount, now: datetime
) -> None:
    """T47: whatever their sizes and whichever was queued first, while they have mail left their shares are equal."""
    with HostileSmtp() as server:
        EmailAccount.objects.filter(pk=account.pk).update(outgoing_server_port=server.port, group_mails=GROUP)
        SendingOptions.objects.update_or_create(account=account, defaults={"most_sessions": 1})
        runs = [to(account, now, people(size, f"run{n}-"), f"RUN{n}") for n, size in sorted_by_size()]
        for run in runs:  # the largest are prepared and queued first
            preparing.at_once(run.pk, now)
            prepare.send(run.pk, now)
            prepare.carry_on(run.pk, now)
        began = time.monotonic()
        worker = sending(account)
        while len(server.taken) < 1000:
            time.sleep(0.01)
        before = len(server.taken)
        reply = DraftFields(account, [Address("", "customer@example.org")], subject="Re: crates", text="Thursday.")
        outbox.create(NewEmail(reply, send=True), now, None)
        assert worker.wait(timeout=1800) == 0
        took = time.monotonic() - began
    subjects = [parse.parse(raw).subject.partition(" [")[0] for _recipients, raw in server.taken]
    place = subjects.index("Re: crates")
    order = [subject for subject in subjects if subject != "Re: crates"]
    furthest = spread(order)
    print(
        f"{len(order):,} mails of {RUNS} mass emails on {connection.vendor} in {took:.0f} s: shares at most {furthest} "
        f"apart, a reply {place - before} mails after it was queued"
    )
    taken = Counter(address for recipients, _raw in server.taken for address in recipients)
    assert len(taken) == sum(SIZES) + 1
    assert set(taken.values()) == {1}
    assert furthest <= 1
    meanwhile = len(order) / took * sending_run.LOOK_AFTER  # until the run looks for more urgent mail
    assert place - before <= GROUP + 2 * meanwhile
    for run in runs:
        prepare.carry_on(run.pk, now)
    assert set(MassEmail.objects.values_list("status", flat=True)) == {"sent"}


def sorted_by_size() -> list[tuple[int, int]]:
    """Number and size of each run, the largest first."""
    return sorted(enumerate(SIZES), key=lambda one: -one[1])


def spread(order: Sequence[str]) -> int:
    """How far the shares of runs that both have mail left were ever apart."""
    left, given, furthest = Counter(order), Counter[str](), 0
    for subject in order:
        given[subject] += 1
        shares = [given[run] for run, whole in left.items() if given[run] < whole]
        furthest = max(furthest, max(shares) - min(shares)) if shares else furthest
    return furthest
