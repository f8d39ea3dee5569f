"""Contacts and leads in marketing: added to lists and campaigns by the hundred, and who wants no mass mail."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from mailroom.flows.mailings import adding, unsubscribe
from mailroom.flows.scheduling import jobs
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Campaign, Contact, Lead, MarketingList, Unsubscribed
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Job, User
from tests.factories import mass_mail

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
WINDOWS = {"contact": "/cr302000/", "lead": "/cr301000/"}
each = pytest.mark.parametrize("kind", WINDOWS)


def visitor(role: str = "marketing") -> Client:
    client = Client()
    client.force_login(people.create_user(f"{role}{User.objects.count()}", "", role), BACKEND)
    return client


def make(kind: str, now: datetime, name: str) -> Any:
    email = f"{name.lower().replace(' ', '')}@example.net"
    if kind == "contact":
        return mass_mail.contact(name, email)
    return Lead.objects.create(name=name, email=email, created_at=now)


def last_job() -> Job:
    job = Job.objects.latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


@each
def test_all_that_a_search_found_is_added_by_a_job_and_taken_off_by_undo(
    kind: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "BATCH", 2)
    found = [make(kind, now, f"Per {n}") for n in range(5)]
    make(kind, now, "Somebody Else")
    of, client, do = mass_mail.marketing_list(now, found[0]), visitor(), f"{WINDOWS[kind]}do/add-to-list/"
    asked = client.post(f"{do}?q=per", {"everything": "1"}).content.decode()
    assert 'data-lookup="static-lists"' in asked
    client.post(f"{do}?q=per", {"everything": "1", "confirmed": "1", "marketing_list": of.pk})
    job = last_job()
    assert (job.total, job.done, job.failed, of.members.count()) == (5, 5, 0, 5)
    assert job.message == "4 added; 1 belonged to it before."
    of.members.filter(**{kind: found[1]}).delete()
    client.post(f"/jobs/{job.pk}/undo/")
    undone = last_job()
    assert [one.person for one in of.members.all()] == [found[0]]
    assert undone.results == {str(found[1].pk): {"failed": False, "words": "No member any more."}}


def test_a_worker_that_dies_behind_a_batch_loses_nobody_whom_undo_takes_off(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, by = mass_mail.marketing_list(now), people.create_user("m", "", "marketing")
    job = adding.start(of, "contact", [mass_mail.contact().pk], "CR302000", by, now)

    def dies(_job: Job) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "keep", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.pk)
    monkeypatch.undo()
    Job.objects.update(lease_until=now)
    assert last_job().results == {}
    assert jobs.undo(Job.objects.get(), by, now).arguments["ids"]


def test_the_words_of_a_job_are_in_its_owners_language(now: datetime) -> None:
    of, by = mass_mail.marketing_list(now), people.create_user("m", "", "marketing")
    User.objects.update(language="nb")
    adding.start(of, "contact", [mass_mail.contact().pk], "CR302000", by, now)
    of.delete()
    assert "ikke" in last_job().message


def test_who_is_not_in_marketing_any_more_takes_nothing_back(now: datetime, client: Client) -> None:
    of, by = mass_mail.marketing_list(now), people.create_user("m", "", "marketing")
    job = adding.start(of, "contact", [mass_mail.contact().pk], "CR302000", by, now)
    last_job()
    User.objects.filter(pk=by.pk).update(role="agent")
    client.force_login(by, BACKEND)
    assert client.post(f"/jobs/{job.pk}/undo/").status_code == 403
    assert client.post(f"/api/v1/jobs/{job.pk}/undo").status_code == 403
    assert (Job.objects.count(), of.members.count()) == (1, 1)


@each
def test_one_is_added_to_a_campaign_from_its_own_window(kind: str, now: datetime) -> None:
    person, campaign = make(kind, now, "Per"), mass_mail.campaign(now)
    client = visitor()
    assert "Add to campaign" in client.get(f"{WINDOWS[kind]}{person.pk}/").content.decode()
    values = {"ids": person.pk, "confirmed": "1", "campaign_text": campaign.name}  # typed, without script
    client.post(f"{WINDOWS[kind]}record/do/add-to-campaign/", values)
    assert (last_job().done, campaign.members.get().person) == (1, person)


def test_who_is_gone_has_failed_and_a_stopped_job_goes_no_further(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "BATCH", 1)
    of, by = mass_mail.marketing_list(now), people.create_user("m", "", "marketing")
    ids = [mass_mail.contact(f"Per {n}", f"per{n}@example.net").pk for n in range(3)]
    adding.start(of, "contact", ids, "CR302000", by, now)
    Contact.objects.filter(pk=ids[0]).delete()
    asked = iter([False, False, True, True])
    monkeypatch.setattr(jobs, "canceled", lambda _job: next(asked))
    job = last_job()
    assert (job.state, job.done, job.failed, of.members.count()) == ("canceled", 1, 1, 1)


def test_lists_of_conditions_canceled_campaigns_and_nothing_chosen_are_refused(now: datetime) -> None:
    person, client = mass_mail.contact(), visitor()
    dynamic = MarketingList.objects.create(list_id="DYN", name="Dynamic", kind="dynamic")
    canceled = Campaign.objects.create(campaign_id="C-1", name="Old", status="canceled", created_at=now)
    base = {"ids": person.pk, "confirmed": "1"}
    for action, values in (
        ("add-to-list", {"marketing_list": dynamic.pk}),
        ("add-to-list", {}),
        ("add-to-campaign", {"campaign": canceled.pk}),
        ("add-to-campaign", {"campaign": "9" * 40}),
    ):
        assert client.post(f"/cr302000/do/{action}/", base | values).status_code in {200, 303}
    assert not Job.objects.exists()


@each
@pytest.mark.parametrize("role", ["agent", "reader", "supervisor"])
def test_only_marketing_adds_and_subscribes(kind: str, role: str, now: datetime) -> None:
    person, of, client = make(kind, now, "Per"), mass_mail.marketing_list(now), visitor(role)
    marketing.unsubscribe(person.email, None, now)
    values = {"ids": person.pk, "confirmed": "1", "marketing_list": of.pk}
    page = client.get(f"{WINDOWS[kind]}{person.pk}/").content.decode()
    assert "data-unsubscribed" in page
    assert "Subscribe again" not in page
    assert client.post(f"{WINDOWS[kind]}do/add-to-list/", values).status_code == 403
    assert client.post(f"{WINDOWS[kind]}record/do/subscribe/", values).status_code == 403
    assert Unsubscribed.objects.exists()
    assert client.post(f"{WINDOWS[kind]}do/add-to-list/", values | {"ids": 9**9}).status_code in {403, 404}
    assert client.get(f"{WINDOWS[kind]}do/add-to-list/").status_code == 405
    assert Client().post(f"{WINDOWS[kind]}do/add-to-list/", values).status_code == 302


@each
def test_a_page_tells_since_when_and_why_and_marketing_lifts_it(kind: str, now: datetime) -> None:
    person, client = make(kind, now, "Per"), visitor()
    where = f"{WINDOWS[kind]}{person.pk}/"
    assert "data-unsubscribed" not in client.get(where).content.decode()
    made = mass_mail.sent(now, mass_mail.marketing_list(now, person))
    unsubscribe.carry_out(made.recipients.get(), now)
    marketing.unsubscribe(
        person.email.upper(), made.marketing_lists.get(), now, people.create_user("siri", "", "agent")
    )
    page = client.get(where).content.decode()
    for words in ("Wants no mass mail at all", "List NEWS", made.mass_email_id, "24 Nov", "noted by siri"):
        assert words in page, words
    do = f"{WINDOWS[kind]}record/do/subscribe/"
    assert "Do so only when its owner asked for it." in client.post(do, {"ids": person.pk}).content.decode()
    assert Unsubscribed.objects.count() == 2
    answer = client.post(do, {"ids": person.pk, "confirmed": "1"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"/entity/{kind}/{person.pk}/", "its page is opened anew"
    assert not Unsubscribed.objects.exists()
    assert "data-unsubscribed" not in client.get(where).content.decode()
