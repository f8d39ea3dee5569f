"""Users, Employees, functionalities and locales: administrators change them, nobody else."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from mailroom.base import clock
from mailroom.records.organisation import features, sign_in
from mailroom.records.organisation.models import ApiToken, Employee, SystemLocale, User, Workgroup

Make = Callable[..., Client]
USER = {
    "login": "Ola",
    "full_name": "Ola Hansen",
    "email": "",
    "role": "agent",
    "language": "nb",
    "time_zone": "Europe/Oslo",
    "is_active": "on",
}
DIALOG = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"}


def test_a_new_user_gets_an_employee_of_the_same_name_or_the_chosen_one(as_role: Make) -> None:
    admin = as_role("administrator")
    answer = admin.post("/sm201010/new/", USER)
    assert answer.url == "/sm201010/ola/"  # type: ignore[attr-defined]
    assert Employee.objects.get(user__login="ola").name == "Ola Hansen"
    other = Employee.objects.create(employee_id="E77", name="Olga")
    admin.post("/sm201010/ola/", USER | {"employee": other.pk})
    assert User.objects.get(login="ola").employee == other
    assert Employee.objects.get(employee_id="ola").user is None
    page = admin.get("/sm201010/ola/").content.decode()
    assert "Olga" in page


def test_an_employee_of_another_user_and_a_wrong_login_are_refused(as_role: Make) -> None:
    admin = as_role("administrator")
    taken = admin.user.employee  # type: ignore[attr-defined]
    assert admin.post("/sm201010/new/", USER | {"employee": taken.pk}).status_code == 422
    assert admin.post("/sm201010/new/", USER | {"login": "a b"}).status_code == 422
    assert admin.post("/sm201010/new/", USER | {"time_zone": "Mars/Base"}).status_code == 422


def test_the_last_administrator_stays_one(as_role: Make) -> None:
    admin = as_role("administrator")
    login = admin.user.login  # type: ignore[attr-defined]
    assert admin.post(f"/sm201010/{login}/", USER | {"login": login, "role": "agent"}).status_code == 422
    admin.post(f"/sm201010/{login}/delete/", {"confirmed": "1"})
    assert User.objects.filter(login=login, role="administrator").exists()


def test_a_link_is_shown_once_and_signs_in(as_role: Make) -> None:
    admin, user = as_role("administrator"), as_role().user  # type: ignore[attr-defined]
    admin.post("/sm201010/record/do/link/", {"ids": user.pk}, **DIALOG)  # type: ignore[arg-type]
    assert "login/link" not in str(dict(admin.session))
    page = admin.get("/sm201010/shown-once/", **DIALOG).content.decode()  # type: ignore[arg-type]
    token = page.split("/login/link/")[1].split("/")[0]
    assert sign_in.use_link(token, clock.now()) == user
    assert admin.get("/sm201010/shown-once/").status_code == 404


def test_a_link_leads_to_the_installations_own_address_whatever_host_was_asked(as_role: Make) -> None:
    admin, user = as_role("administrator"), as_role().user  # type: ignore[attr-defined]
    asked = {"HTTP_HOST": "elsewhere.example"}
    admin.post("/sm201010/record/do/link/", {"ids": user.pk}, **DIALOG, **asked)  # type: ignore[arg-type]
    page = admin.get("/sm201010/shown-once/", **DIALOG).content.decode()  # type: ignore[arg-type]
    assert "elsewhere.example" not in page
    assert f"{settings.ENVIRONMENT.public_url}/login/link/" in page


def test_tokens_are_made_listed_and_revoked(as_role: Make) -> None:
    admin, user = as_role("administrator"), as_role().user  # type: ignore[attr-defined]
    admin.post("/sm201010/record/do/token/", {"ids": user.pk})
    assert "mailroom_" in admin.get("/sm201010/shown-once/").content.decode()
    assert "mailroom_" not in admin.get(f"/sm201010/{user.login}/").content.decode()
    asked = admin.post("/sm201010/record/do/revoke/", {"ids": user.pk})
    assert "Revoke all API tokens" in asked.content.decode()
    admin.post("/sm201010/record/do/revoke/", {"ids": user.pk, "confirmed": "1"})
    assert ApiToken.objects.get().revoked_at is not None


@pytest.mark.parametrize("slug", ["sm201010", "cs100000", "sm200550"])
@pytest.mark.parametrize("role", ["supervisor", "agent", "marketing", "reader"])
def test_only_administrators_open_the_set_up(as_role: Make, slug: str, role: str) -> None:
    client = as_role(role)
    assert client.get(f"/{slug}/").status_code == 403
    assert client.post(f"/{slug}/new/" if slug != "cs100000" else f"/{slug}/", {}).status_code == 403
    assert as_role("administrator").put(f"/{slug}/").status_code == 405


def test_user_commands_answer_for_strangers_bad_ids_and_methods(as_role: Make) -> None:
    admin, agent = as_role("administrator"), as_role()
    for command in ("link", "token", "revoke"):
        address = f"/sm201010/record/do/{command}/"
        assert agent.post(address, {"ids": agent.user.pk}).status_code == 403  # type: ignore[attr-defined]
        assert admin.post(address, {"ids": 999999}).status_code == 404
        assert admin.get(address).status_code == 405


def test_everybody_reads_employees_and_administrators_change_them(as_role: Make) -> None:
    group = Workgroup.objects.create(workgroup_id="SUPPORT", description="Support")
    admin, agent = as_role("administrator"), as_role()
    values = {
        "employee_id": "E9",
        "name": "Siri",
        "email": "siri@mailroom.test",
        "workgroups": group.pk,
        "active": "on",
    }
    assert agent.post("/ep203000/new/", values).status_code == 403
    assert admin.post("/ep203000/new/", values).status_code == 303
    siri = Employee.objects.get(employee_id="E9")
    assert (list(siri.workgroups.all()), siri.route_emails) == ([group], False)
    assert "Siri" in agent.get("/ep203000/").content.decode()
    assert agent.get("/ep203000/E9/").status_code == 200
    assert agent.get("/ep203000/E404/").status_code == 404
    taken = agent.user.pk  # type: ignore[attr-defined]
    assert admin.post("/ep203000/E9/", values | {"user": taken}).status_code == 422


def test_case_management_is_switched_off_and_on(as_role: Make) -> None:
    admin = as_role("administrator")
    assert "Case management" in admin.get("/cs100000/").content.decode()
    admin.post("/cs100000/", {})
    assert features.is_on("case_management") is False
    assert 'href="/cr306000/"' not in admin.get("/cr302000/").content.decode()
    admin.post("/cs100000/", {"case_management": "on"})
    assert features.is_on("case_management") is True
    assert 'href="/cr306000/"' in admin.get("/cr302000/").content.decode()


def test_locales_are_added_and_one_is_the_default(as_role: Make) -> None:
    admin = as_role("administrator")
    SystemLocale.objects.all().delete()
    assert features.locales()[0][0] == "en"
    for code in ("sv", "nb"):
        values = {"code": code, "description": code.upper(), "time_zone": "Europe/Oslo", "active": "on"}
        assert admin.post("/sm200550/new/", values).status_code == 303
    assert admin.post("/sm200550/new/", {"code": "klingon", "description": "K"}).status_code == 422
    admin.post("/sm200550/record/do/default/", {"ids": SystemLocale.objects.get(code="nb").pk})
    assert features.locales() == [("nb", "NB"), ("sv", "SV")]
    assert admin.get("/sm200550/record/do/default/").status_code == 405
    assert admin.post("/sm200550/record/do/default/", {"ids": 999}).status_code == 404


def test_a_person_who_is_no_employee_opens_every_list(as_role: Make) -> None:
    client = as_role("supervisor", employee=False)
    for slug in ("cr306000", "cr302000", "cr301000", "cr303000", "cr306020", "cr306030", "cr309000", "ep301020"):
        assert client.get(f"/{slug}/").status_code == 200
        assert client.get(f"/{slug}/new/").status_code == 200
