"""Mass mail over the API: from members to counts, under the windows' rights."""

from datetime import datetime
from typing import Any

import pytest

from mailroom.flows.mailings import prepare, unsubscribe
from mailroom.flows.scheduling import jobs
from mailroom.records.crm.models import MarketingList
from tests.api.test_records import Make, api  # noqa: F401 the fixture
from tests.factories import incoming, mass_mail

pytestmark = pytest.mark.django_db


def values(**changes: Any) -> dict[str, Any]:
    incoming.system_account()
    return {"description": "Crates", "account": "sales", "subject": "New", "body": "<p>Hi ((Name))</p>"} | changes


def test_a_mass_email_is_made_prepared_tried_and_sent(api: Make, now: datetime) -> None:  # noqa: F811
    call, ola = api("marketing"), mass_mail.contact("Ola", "ola@example.net")
    assert call("post", "campaigns", {"campaign_id": "C-1", "name": "Autumn"}).status_code == 201
    added = call("post", "campaigns/C-1/members", {"contacts": [ola.pk], "addresses": ["OLA@example.net"]})
    assert added.json() == {"added": 1, "members": 1}
    made = call("post", "mass-emails", values(source="campaigns", campaigns=["C-1"]))
    assert made.status_code == 201, made.content
    where = f"mass-emails/{made.json()['mass_email_id']}"
    assert call("post", f"{where}/send").status_code == 409
    assert call("post", f"{where}/files", {"name": "a.txt", "content": "YQ=="}).status_code == 201
    assert [file["name"] for file in call("get", f"{where}/files").json()] == ["a.txt"]
    asked = call("post", f"{where}/prepare")
    assert (asked.status_code, asked.json()["status"]) == (202, "preparing")
    for method, path, body in (
        ("put", where, values()),
        ("delete", where, None),
        ("post", f"{where}/prepare", None),
        ("post", f"{where}/files", {"name": "b.txt", "content": "YQ=="}),
        ("delete", f"{where}/files/{call('get', f'{where}/files').json()[0]['id']}", None),
    ):
        refused = call(method, path, body)
        assert refused.status_code == 409, path
        assert "It is being prepared" in refused.json()["detail"]
    jobs.run(asked.json()["job"])
    assert call("get", f"jobs/{asked.json()['job']}").json()["state"] == "done"
    prepared = call("get", where).json()
    assert (prepared["status"], prepared["counts"]["recipients"]) == ("prepared", 1)
    assert call("get", f"{where}/preview").json()["html"].startswith("<p>Hi Ola</p>")
    assert call("post", f"{where}/test", {"to": "me@mailroom.test"}).status_code == 200
    assert call("post", f"{where}/send").json()["status"] == "sending"
    prepare.carry_on(made.json()["id"], now)
    [row] = call("get", f"{where}/recipients").json()["items"]
    assert (row["outcome"], row["contact"], row["campaign"]) == ("waiting", ola.pk, "C-1")
    shown = call("get", f"emails/{row['email']}").json()
    assert [file["name"] for file in shown["attachments"]] == ["a.txt"]
    assert {one["type"] for one in shown["further_entities"]} == {"campaign", "mass_email"}
    assert call("delete", where).status_code == 409
    assert call("put", where, values()).status_code == 409
    assert call("post", f"{where}/files", {"name": "b.txt", "content": "YQ=="}).status_code == 409
    assert call("get", "mass-emails").json()["items"][0]["counts"]["waiting"] == 1


def test_lists_and_unsubscribed_addresses(api: Make) -> None:  # noqa: F811
    call = api("marketing")
    new = {"list_id": "NEWS", "name": "News"}
    assert call("post", "marketing-lists", new).status_code == 201
    assert call("post", "marketing-lists", new | {"list_id": "news"}).status_code == 422
    assert call("put", "marketing-lists/NEWS", new | {"name": "Other"}).json()["name"] == "Other"
    bad = {"conditions": [{"property": "shoes", "condition": "equals", "value": "1"}], "kind": "dynamic"}
    assert call("post", "marketing-lists", new | {"list_id": "DYN"} | bad).status_code == 422
    row = call("post", "unsubscribed", {"address": "a@example.net", "marketing_list": "NEWS"}).json()
    assert call("post", "unsubscribed", {"address": "A@example.net", "marketing_list": "NEWS"}).json() == row
    assert call("post", "unsubscribed", {"address": "none"}).status_code == 422
    assert [one["id"] for one in call("get", "unsubscribed").json()["items"]] == [row["id"]]
    assert call("delete", f"unsubscribed/{row['id']}").status_code == 204
    assert call("delete", "marketing-lists/NEWS").status_code == 204


@pytest.mark.parametrize("kind", ["contacts", "leads"])
def test_many_people_are_added_by_a_job_that_can_be_undone(api: Make, now: datetime, kind: str) -> None:  # noqa: F811
    call, of = api("marketing"), mass_mail.marketing_list(now)
    people = [call("post", kind, {"name": f"Per {n}", "email": f"p{n}@example.net"}).json()["id"] for n in range(3)]
    call("post", kind, {"name": "Else"})
    wanted = {"action": "add-to-list", "to": "news", "ids": people[:1]}
    jobs.run(call("post", f"{kind}/bulk", wanted).json()["id"])
    added = call("post", f"{kind}/bulk", {"action": "add-to-list", "to": "NEWS", "everything": True, "query": "Per"})
    assert (added.status_code, added.json()["total"]) == (202, 3)
    jobs.run(added.json()["id"])
    assert of.members.count() == 3
    back = call("post", f"jobs/{added.json()['id']}/undo")
    jobs.run(back.json()["id"])
    assert of.members.count() == 1, "who was a member before stays one"
    mass_mail.campaign(now)
    assert call("post", f"{kind}/bulk", wanted | {"action": "add-to-campaign", "to": "CAMP-1"}).status_code == 202
    for wrong, status in (
        ({"to": "NONE"}, 422), ({"everything": True}, 422), ({"ids": [2**70]}, 404), ({"action": "delete"}, 422),
    ):  # fmt: skip
        assert call("post", f"{kind}/bulk", wanted | wrong).status_code == status, wrong
    MarketingList.objects.create(list_id="DYN", name="Dynamic", kind="dynamic")
    assert call("post", f"{kind}/bulk", wanted | {"to": "DYN"}).status_code == 409
    assert api("agent")("post", f"{kind}/bulk", wanted).status_code == 403


def test_an_address_tells_since_when_and_why_it_is_unsubscribed(api: Make, now: datetime) -> None:  # noqa: F811
    made = mass_mail.sent(now, mass_mail.marketing_list(now, mass_mail.contact("Ola", "ola@example.net")))
    unsubscribe.carry_out(made.recipients.get(), now)
    [row] = api("agent")("get", "unsubscribed?address=OLA@example.net").json()["items"]
    assert (row["mass_email"], row["at"], row["by"]) == (made.mass_email_id, now.isoformat(), None)
    assert api("agent")("get", "unsubscribed?address=per@example.net").json()["items"] == []


def test_an_agent_reads_and_does_not_change(api: Make, now: datetime) -> None:  # noqa: F811
    ola = mass_mail.contact("Ola", "ola@example.net")
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, ola))
    mass_mail.campaign(now)
    call, where = api("agent"), f"mass-emails/{made.mass_email_id}"
    for path in (where, f"{where}/recipients", f"{where}/preview", "marketing-lists/NEWS", "campaigns/CAMP-1"):
        assert call("get", path).status_code == 200
    for method, path, body in (
        ("post", "mass-emails", values()),
        ("put", where, values()),
        ("delete", where, None),
        *(("post", f"{where}/{work}", None) for work in ("prepare", "hold", "send", "stop")),
        ("post", f"{where}/test", {"to": "a@example.net"}),
        ("patch", "campaigns/CAMP-1", {"name": "X"}),
        ("post", "campaigns/CAMP-1/members", {"contacts": [ola.pk]}),
        ("delete", "marketing-lists/NEWS", None),
        ("post", "unsubscribed", {"address": "a@example.net"}),
    ):
        assert call(method, path, body).status_code == 403, path
