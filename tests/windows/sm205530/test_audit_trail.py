"""The audit trail: who did what to which record, never a secret; read by administrators alone."""

from datetime import timedelta

import pytest
from django.test import Client

from mailroom.base import audit, clock
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import people, sign_in, trail
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db


def test_a_change_says_who_did_what_from_which_value(administrator: User) -> None:
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    with audit.acting(administrator, "window", "192.0.2.1"):
        account.description = "Post"
        account.save()
    entry = trail.entries().order_by("-pk")[0]
    assert (trail.who(entry), trail.act_of(entry), trail.kind_of(entry)) == (
        str(administrator),
        "Changed",
        "System email account",
    )
    assert [(change.before, change.after) for change in trail.changes_of(entry)] == [("", "Post")]
    assert trail.export(entry)["way"] == "window"


def test_a_secret_shows_only_that_it_changed(administrator: User) -> None:
    account = EmailAccount.objects.create(
        email_account_id="SALES", email_address="s@mailroom.test", password="hemmelig"
    )
    account.password = "geheim-123"
    account.save()
    user = people.create_user("kari", "", "agent", "correct horse battery")
    token = sign_in.make_token(user, clock.now())
    told = str(list(trail.entries().values()))
    for secret in ("hemmelig", "geheim-123", "pbkdf2", token, sign_in.digest_of(token)):
        assert secret not in told
    assert any("password" in (entry.changes or {}) for entry in trail.entries())


def test_every_kind_that_is_kept_has_a_name_for_people() -> None:
    kept = {model._meta.model_name for model in audit.auditlog.get_models() if not model._meta.auto_created}
    assert kept - set(trail.KINDS) == set()


def test_administrators_alone_read_it(client: Client, administrator: User) -> None:
    agent = people.create_user("ola", "", "agent")
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/sm205530/").status_code == 403
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    entry = trail.entries().order_by("-pk")[0]
    page = client.get(f"/sm205530/?open={entry.pk}")
    assert page.status_code == 200
    assert "ola" in page.content.decode()
    assert client.post("/sm205530/").status_code == 405


def test_old_entries_are_forgotten_and_young_ones_stay(administrator: User) -> None:
    before = trail.entries().count()
    assert audit.forget(clock.now() - timedelta(days=1)) == 0
    assert trail.entries().count() == before
    assert audit.forget(clock.now() + timedelta(seconds=1)) == before
