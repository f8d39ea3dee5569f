"""The window of docs/howto/add-a-window.md does what the kit promises for every window."""

import re
from types import ModuleType

import pytest
from django.test import Client

from mailroom.records.organisation.models import User, Workgroup

pytestmark = pytest.mark.usefixtures("work_groups", "groups")
HTMX = {"HX-Request": "true"}


def test_the_list_shows_one_page_with_its_id_tabs_and_counts(signed_in: Client) -> None:
    page = signed_in.get("/tm000001/").content.decode()
    assert "TM000001" in page
    assert "Team 01" in page
    assert "Team 21" not in page
    assert "of 45" in re.sub(r"<[^>]+>", "", page)
    assert 'tab__n">45<' in page


def test_paging_by_key_walks_forward_and_back_over_every_row(signed_in: Client) -> None:
    seen: list[str] = []
    url = "/tm000001/"
    while url:
        answer = signed_in.get(url)
        seen += [row.cells[0][1] for row in answer.context["listing"].rows]
        link = answer.context["listing"].links["next"]
        url = f"/tm000001/{link}" if link else ""
    assert seen == [f"G{number:02}" for number in range(1, 46)]
    last = signed_in.get("/tm000001/?last=1").context["listing"]
    assert [row.cells[0][1] for row in last.rows] == [f"G{number:02}" for number in range(41, 46)]
    assert (last.first, last.last) == (41, 45)
    before = signed_in.get(f"/tm000001/{last.links['previous']}").context["listing"]
    assert [row.cells[0][1] for row in before.rows] == [f"G{number:02}" for number in range(21, 41)]
    assert before.first == 21


def test_a_press_of_a_column_head_turns_its_order_round(signed_in: Client) -> None:
    listing = signed_in.get("/tm000001/?sort=-workgroup_id").context["listing"]
    assert listing.rows[0].cells[0][1] == "G45"
    assert listing.heads[0].aria_sort == "descending"


@pytest.mark.parametrize(
    "query", ["after=nonsense", "before=W10", "sort=password", "open=abc", "tab=none", "after=%FF"]
)
def test_an_address_with_nonsense_in_it_shows_the_list(signed_in: Client, query: str) -> None:
    assert signed_in.get(f"/tm000001/?{query}").status_code == 200


def test_htmx_gets_the_list_alone(signed_in: Client) -> None:
    answer = signed_in.get("/tm000001/?q=Team+07", headers=HTMX | {"HX-Target": "list"})
    text = answer.content.decode()
    assert text.lstrip().startswith("<section")
    assert "G07" in text
    assert "<html" not in text
    assert "HX-Target" in answer["Vary"]


def test_the_reading_pane_answers_page_and_fragment(signed_in: Client) -> None:
    group = Workgroup.objects.get(workgroup_id="G03")
    page = signed_in.get(f"/tm000001/?open={group.pk}").content.decode()
    assert 'id="reader"' in page
    fragment = signed_in.get(f"/tm000001/?open={group.pk}", headers=HTMX | {"HX-Target": "reader"}).content.decode()
    assert "Team 03" in fragment
    assert "<html" not in fragment


def test_the_list_takes_the_same_queries_for_20_rows_as_for_5(
    signed_in: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        signed_in.get("/tm000001/")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        signed_in.get("/tm000001/?last=1")


class TestAction:
    """Works, teammate, stranger, bad id, wrong method."""

    def test_works_and_undo_takes_it_back(self, signed_in: Client) -> None:
        ids = list(Workgroup.objects.values_list("pk", flat=True)[:2])
        answer = signed_in.post("/tm000001/do/close/", {"ids": ids}, headers=HTMX)
        text = answer.content.decode()
        assert "2 work groups closed" in text
        assert 'action="/tm000001/do/open/"' in text
        assert "mailroom:refresh" in answer["HX-Trigger"]
        assert Workgroup.objects.filter(active=False).count() == 2
        signed_in.post("/tm000001/do/open/", {"ids": ids}, headers=HTMX)
        assert not Workgroup.objects.filter(active=False).exists()

    def test_without_script_it_redirects_and_the_next_page_shows_the_toast(self, signed_in: Client) -> None:
        group = Workgroup.objects.first()
        assert group is not None
        answer = signed_in.post("/tm000001/do/close/", {"ids": [group.pk]}, follow=True)
        assert answer.redirect_chain == [("/tm000001/", 303)]
        assert "1 work group closed" in answer.content.decode()

    def test_everything_means_all_pages_of_the_view(self, signed_in: Client) -> None:
        signed_in.post("/tm000001/do/close/?q=Team+1", {"everything": "1"}, headers=HTMX)
        assert Workgroup.objects.filter(active=False).count() == 10

    def test_asks_before_it_deletes_and_names_the_count(self, signed_in: Client) -> None:
        ids = list(Workgroup.objects.values_list("pk", flat=True)[:3])
        asked = signed_in.post("/tm000001/do/delete/", {"ids": ids}, headers=HTMX)
        assert "Delete 3 work groups?" in asked.content.decode()
        assert asked["HX-Retarget"] == "#dialog"
        assert Workgroup.objects.count() == 45
        signed_in.post("/tm000001/do/delete/", {"ids": ids, "confirmed": "1"}, headers=HTMX)
        assert Workgroup.objects.count() == 42

    def test_a_reader_is_refused_and_sees_no_command(self, client: Client, db: None) -> None:
        user = User.objects.create_user("reader", password="x" * 12, role="reader")
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        group = Workgroup.objects.first()
        assert group is not None
        assert client.post("/tm000001/do/close/", {"ids": [group.pk]}).status_code == 403
        assert 'data-command="close"' not in client.get("/tm000001/").content.decode()

    def test_a_stranger_is_sent_to_sign_in(self, client: Client) -> None:
        assert client.get("/tm000001/")["Location"] == "/login/?next=/tm000001/"
        assert client.post("/tm000001/do/close/", {"ids": [1]}).status_code == 302

    def test_a_role_that_does_not_open_the_window_gets_403(self, client: Client, db: None) -> None:
        user = User.objects.create_user("robot", role="api")
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        assert client.get("/tm000001/").status_code == 403

    @pytest.mark.parametrize("bad", ["999999", "abc", "-1", "9" * 30])
    def test_a_bad_id_is_not_found(self, signed_in: Client, bad: str) -> None:
        assert signed_in.post("/tm000001/do/close/", {"ids": [bad]}).status_code == 404

    def test_an_unknown_action_is_not_found(self, signed_in: Client) -> None:
        assert signed_in.post("/tm000001/do/nothing/", {"ids": [Workgroup.objects.all()[0].pk]}).status_code == 404

    def test_the_wrong_method_is_refused(self, signed_in: Client) -> None:
        assert signed_in.get("/tm000001/do/close/").status_code == 405
        assert signed_in.get("/tm000001/columns/").status_code == 405

    def test_no_rows_chosen_is_said_in_words(self, signed_in: Client) -> None:
        assert "Choose at least one row" in signed_in.post("/tm000001/do/close/", headers=HTMX).content.decode()


def test_columns_are_kept_for_the_person(signed_in: Client) -> None:
    signed_in.post(
        "/tm000001/columns/", {"order": ["active", "description", "workgroup_id"], "shown": ["active", "description"]}
    )
    listing = signed_in.get("/tm000001/").context["listing"]
    assert [head.key for head in listing.heads] == ["active", "description"]
    signed_in.post("/tm000001/columns/", {"widths": '{"active": 20, "nonsense": 9}'})
    assert signed_in.get("/tm000001/").context["listing"].heads[0].width == 20
    signed_in.post("/tm000001/columns/", {"reset": "1"})
    assert len(signed_in.get("/tm000001/").context["listing"].heads) == 3
    assert signed_in.post("/tm000001/columns/", {"widths": "["}).status_code == 400


def test_upper_case_redirects_to_lower_case(signed_in: Client) -> None:
    answer = signed_in.get("/TM000001/?q=x")
    assert (answer.status_code, answer["Location"]) == (301, "/tm000001/?q=x")
    assert signed_in.get("/TM999999/").status_code == 404


class TestRecord:
    """The record window."""

    def test_shows_saves_and_redirects(self, signed_in: Client) -> None:
        page = signed_in.get("/tm000001/group/G02/").content.decode()
        assert 'value="Team 02"' in page
        answer = signed_in.post(
            "/tm000001/group/G02/", {"workgroup_id": "G02", "description": "Night team", "active": "on"}
        )
        assert (answer.status_code, answer["Location"]) == (303, "/tm000001/group/G02/")
        assert Workgroup.objects.get(workgroup_id="G02").description == "Night team"

    def test_a_mistake_answers_422_with_the_value_kept_and_the_field_marked(self, signed_in: Client) -> None:
        answer = signed_in.post("/tm000001/group/G02/", {"workgroup_id": "G01", "description": "Kept", "active": "on"})
        text = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="Kept"' in text
        assert 'aria-invalid="true"' in text
        assert 'role="alert"' in text
        assert 'href="#id_workgroup_id"' in text

    def test_a_field_that_is_not_enabled_keeps_its_value(self, signed_in: Client) -> None:
        group, parent = Workgroup.objects.get(workgroup_id="G05"), Workgroup.objects.get(workgroup_id="G01")
        Workgroup.objects.filter(pk=group.pk).update(parent=parent)
        signed_in.post("/tm000001/group/G05/", {"workgroup_id": "G05", "description": "x"})
        group.refresh_from_db()
        assert (group.active, group.parent) == (False, parent)

    def test_a_lookup_takes_a_key_or_the_typed_text_and_refuses_others(self, signed_in: Client) -> None:
        values = {"workgroup_id": "G06", "description": "x", "active": "on"}
        signed_in.post("/tm000001/group/G06/", values | {"parent_text": "G01"})
        assert Workgroup.objects.get(workgroup_id="G06").parent == Workgroup.objects.get(workgroup_id="G01")
        refused = signed_in.post("/tm000001/group/G06/", values | {"parent_text": "nobody"})
        assert refused.status_code == 422
        assert "nobody" in refused.content.decode()

    def test_record_buttons_lead_to_the_neighbours(self, signed_in: Client) -> None:
        found = signed_in.get("/tm000001/group/G02/").context["neighbours"]
        assert [found[name][-4:-1] for name in ("first", "previous", "next", "last")] == ["G01", "G01", "G03", "G45"]
        assert signed_in.get("/tm000001/group/G01/").context["neighbours"]["previous"] == ""

    def test_a_pop_up_is_the_same_form_and_tells_its_opener(self, signed_in: Client) -> None:
        headers = HTMX | {"HX-Target": "dialog"}
        assert 'id="record-form-dialog"' in signed_in.get("/tm000001/group/new/", headers=headers).content.decode()
        answer = signed_in.post(
            "/tm000001/group/new/", {"workgroup_id": "NEW", "description": "n", "active": "on"}, headers=headers
        )
        assert "mailroom:saved" in answer["HX-Trigger"]
        assert Workgroup.objects.filter(workgroup_id="NEW").exists()

    def test_delete_asks_then_deletes(self, signed_in: Client) -> None:
        assert "Delete Team 02?" in signed_in.post("/tm000001/group/G02/delete/", headers=HTMX).content.decode()
        signed_in.post("/tm000001/group/G02/delete/", {"confirmed": "1"}, headers=HTMX)
        assert not Workgroup.objects.filter(workgroup_id="G02").exists()

    def test_an_unknown_record_is_not_found(self, signed_in: Client) -> None:
        assert signed_in.get("/tm000001/group/NOPE/").status_code == 404


def test_lookup_list_and_selector(signed_in: Client, work_groups: ModuleType) -> None:
    listed = signed_in.get("/lookup/tm-groups/?q=team+07", headers=HTMX | {"HX-Target": "x"}).content.decode()
    assert listed.count('role="option"') == 1
    assert "<table" in signed_in.get("/lookup/tm-groups/?as=selector").content.decode()
    assert signed_in.get("/lookup/unknown/").status_code == 404
