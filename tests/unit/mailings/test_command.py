"""`mailroom mass-emails`: the same rules as in the window, told in JSON and by exit status."""

import json
from datetime import datetime

import pytest

from mailroom.faces.cli import commands
from mailroom.faces.cli.main import run
from mailroom.flows.mailings.models import MassEmail
from tests.factories import mass_mail

pytestmark = pytest.mark.django_db


def test_a_mass_email_is_listed_prepared_sent_and_stopped(now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str) -> dict[str, object]:
        assert run(commands.app, ["mass-emails", *arguments, "--json"], "mailroom") == 0
        found = json.loads(capsys.readouterr().out)
        return found[0] if isinstance(found, list) else found

    ola = mass_mail.contact("Ola", "ola@example.net")
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, ola))
    number = made.mass_email_id
    assert told("list")["status"] == "on_hold"
    assert run(commands.app, ["mass-emails", "send", number], "mailroom") == 2
    assert "Only a prepared mass email can be sent." in capsys.readouterr().err
    assert told("prepare", number.lower())["recipients"] == 1
    assert told("send", number)["waiting"] == 1
    assert told("stop", number)["status"] == "prepared"
    assert run(commands.app, ["mass-emails", "stop", "NO"], "mailroom") == 2
    assert MassEmail.objects.get().recipients.get().email is not None
