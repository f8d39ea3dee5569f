"""Files of a template: added, downloaded and removed in the window; they go with the mail that is made of it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mailroom.base import clock
from mailroom.flows.sending import from_template, security
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications import files, standard
from mailroom.records.notifications.models import NotificationTemplate, TemplateFile
from mailroom.records.organisation.models import User
from tests.windows.sm204003.test_templates import BACKEND, NEW, values

pytestmark = pytest.mark.django_db


def upload(name: str = "terms.pdf", content: bytes = b"%PDF-1.4") -> Any:
    return SimpleUploadedFile(name, content)


def test_a_file_is_added_downloaded_and_removed(boss: Client) -> None:
    assert boss.post(NEW, values(new_files=[upload(), upload("b.txt", b"b")])).status_code == 303
    template = NotificationTemplate.objects.get(shipped=False)
    address, first = f"/sm204003/{template.pk}/", template.files.all()[0]
    page = boss.get(address).content.decode()
    assert f'href="{address}files/{first.pk}/" download' in page
    answer = boss.get(f"{address}files/{first.pk}/")
    assert (b"".join(answer.streaming_content), answer["X-Content-Type-Options"]) == (b"%PDF-1.4", "nosniff")
    assert boss.post(address, values(remove_file=first.pk)).status_code == 303
    assert [one.name for one in template.files.all()] == ["b.txt"]
    assert boss.get(f"{address}files/{first.pk}/").status_code == 404


def test_a_file_of_another_template_is_neither_shown_nor_removed(boss: Client, agent: User) -> None:
    for description in ("One", "Two"):
        boss.post(NEW, values(description=description, new_files=[upload()]))
    one, two = NotificationTemplate.objects.filter(shipped=False).order_by("pk")
    file = two.files.get()
    assert boss.get(f"/sm204003/{one.pk}/files/{file.pk}/").status_code == 404
    boss.post(f"/sm204003/{one.pk}/", values(description="One", remove_file=file.pk))
    assert TemplateFile.objects.filter(pk=file.pk).exists()
    assert boss.post(f"/sm204003/{two.pk}/files/{file.pk}/").status_code == 405
    other = Client()
    assert other.get(f"/sm204003/{two.pk}/files/{file.pk}/").status_code == 302
    other.force_login(agent, BACKEND)
    assert other.get(f"/sm204003/{two.pk}/files/{file.pk}/").status_code == 403


def test_too_large_a_file_keeps_nothing_of_the_form(
    boss: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "LARGEST", 3)
    answer = boss.post(NEW, values(new_files=[upload()]))
    assert answer.status_code == 422
    assert "MB together" in answer.content.decode()
    assert not NotificationTemplate.objects.filter(shipped=False).exists()


def test_the_welcome_mail_carries_the_files_of_its_template(administrator: User) -> None:
    EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    template = standard.find(standard.WELCOME)
    assert template is not None
    files.add(template, "rules.txt", b"Be kind.")
    sent = security.welcome(administrator, clock.now()).email
    assert sent is not None
    assert [one.name for one in sent.attachments.all()] == ["rules.txt"]
    assert [one.content for one in from_template.files_of(template)] == [b"Be kind."]
