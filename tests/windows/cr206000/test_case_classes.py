"""CR206000 and its part of the API: classes are kept, listed with how many cases they have, and stay while in use."""

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.crm.models import Case, CaseClass
from mailroom.records.organisation import features
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
API = "/api/v1/case-classes"
JSON = "application/json"


@pytest.fixture
def boss(client: Client, administrator: User) -> Client:
    client.force_login(administrator, BACKEND)
    return client


@pytest.fixture
def service(db: None) -> CaseClass:
    return CaseClass.objects.create(class_id="SERVICE", description="Service")


def test_a_class_is_made_changed_and_listed(boss: Client) -> None:
    assert "No case classes" in boss.get("/cr206000/").content.decode()
    values = {"class_id": "SERVICE", "description": "Service", "reopen_within_days": "30"}
    assert boss.post("/cr206000/class/new/", values).status_code == 303
    made = CaseClass.objects.get()
    assert made.reopen_within_days == 30
    Case.objects.create(case_id="C-1", subject="x", case_class=made, created_at=clock.now())
    page = boss.get("/cr206000/").content.decode()
    assert "SERVICE" in page
    assert boss.post(f"/cr206000/class/{made.pk}/", values | {"reopen_within_days": "-1"}).status_code == 422
    assert boss.post(f"/cr206000/class/{made.pk}/", values | {"reopen_within_days": "0"}).status_code == 303
    made.refresh_from_db()
    assert made.reopen_within_days == 0


def test_a_class_goes_only_when_no_case_has_it(boss: Client, service: CaseClass) -> None:
    case = Case.objects.create(case_id="C-1", subject="x", case_class=service, created_at=clock.now())
    asked = {"ids": service.pk, "confirmed": "1"}
    boss.post("/cr206000/do/delete/", asked)
    boss.post(f"/cr206000/class/{service.pk}/delete/", {"confirmed": "1"})
    assert boss.delete(f"{API}/service").status_code == 409
    assert CaseClass.objects.exists()
    case.delete()
    boss.post("/cr206000/do/delete/", asked)
    assert not CaseClass.objects.exists()


def test_the_api_keeps_them_too_and_refuses_with_words(boss: Client, service: CaseClass) -> None:
    made = boss.post(API, {"class_id": "BUYING", "reopen_within_days": 3}, content_type=JSON)
    assert (made.status_code, made.json()["reopen_within_days"]) == (201, 3)
    assert boss.post(API, {"class_id": "BUYING"}, content_type=JSON).status_code == 422
    assert boss.post(API, {"class_id": ""}, content_type=JSON).status_code == 422
    assert "\x00" not in boss.post(API, {"class_id": "A\x00"}, content_type=JSON).json()["class_id"]
    CaseClass.objects.filter(class_id__startswith="A").delete()
    changed = boss.patch(f"{API}/buying", {"description": "Purchases"}, content_type=JSON).json()
    assert changed == {"class_id": "BUYING", "description": "Purchases", "reopen_within_days": 3}
    assert [one["class_id"] for one in boss.get(API).json()] == ["BUYING", "SERVICE"]
    assert boss.delete(f"{API}/buying").status_code == 204
    assert boss.get(f"{API}/buying").status_code == 404


def test_others_choose_among_them_and_change_none(client: Client, agent: User, service: CaseClass) -> None:
    client.force_login(agent, BACKEND)
    assert client.get("/cr206000/").status_code == 403
    assert client.post(f"/cr206000/class/{service.pk}/", {}).status_code == 403
    assert client.get(API).status_code == 200
    assert client.post(API, {"class_id": "X"}, content_type=JSON).status_code == 403
    assert client.delete(f"{API}/SERVICE").status_code == 403


def test_without_case_management_they_are_gone(boss: Client, service: CaseClass) -> None:
    row = features.read()
    row.case_management = False
    row.save()
    assert boss.get("/cr206000/").status_code in {403, 404}
    assert boss.get(API).status_code == 403
    assert boss.get("/cr206000/do/delete/").status_code in {403, 404, 405}
