"""Two people at one conversation: merged and split with Undo, who is replying, whose answer came first, mentions."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.records.conversations import notes, presence
from mailroom.records.conversations.models import Doing
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Thread
from mailroom.records.organisation.models import User
from tests.factories import emails
from tests.servers.chromium import axe
from tests.servers.mailbox import Mailbox
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]


@pytest.fixture
def two(sales: EmailAccount) -> tuple[Email, Email]:
    """Two emails, each in a conversation of its own."""
    made = [emails.make(subject, "Body", account=sales) for subject in ("Order 7", "Where is order 7?")]
    for email in made:
        email.thread = Thread.objects.create()
        email.save(update_fields=["thread"])
    return made[0], made[1]


def threads(*rows: Email) -> set[int | None]:
    """The conversations that the emails stand in now."""
    return set(Email.objects.filter(pk__in=[one.pk for one in rows]).values_list("thread_id", flat=True))


def test_conversations_are_merged_and_split_and_undo_takes_each_back(at: Opener, two: tuple[Email, Email]) -> None:
    page = at("/co409000/")
    for email in two:
        steps.select(page, email.subject)
    steps.in_menu(page, "Actions", "Merge conversations")
    steps.toast(page, "1 conversation merged into another")
    assert len(threads(*two)) == 1
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    steps.toast(page, "is back in its conversation")
    assert len(threads(*two)) == 2

    for email in two:
        steps.select(page, email.subject)
    steps.in_menu(page, "Actions", "Merge conversations")
    expect(page.locator("#toasts")).to_contain_text("1 conversation merged into another")
    page.reload()
    page.locator("html[data-ready]").wait_for()
    steps.select(page, two[1].subject)
    steps.in_menu(page, "Actions", "Split off")
    steps.toast(page, "1 email has its own conversation now")
    assert len(threads(*two)) == 2
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    steps.toast(page, "is back in its conversation")
    assert len(threads(*two)) == 1


def test_who_replies_is_seen_and_a_colleagues_answer_is_told_before_sending(
    at: Opener, two: tuple[Email, Email], agent: User, customer: Mailbox, sales: EmailAccount
) -> None:
    first = two[0]
    Email.objects.filter(pk=first.pk).update(from_address=customer.address)
    presence.beat(first, agent, Doing.REPLYING, clock.now())
    page = at(f"/co409000/?open={first.pk}")
    expect(page.locator("#presence")).to_contain_text("Kari Nordmann is replying")
    assert axe(page) == []
    page.get_by_role("button", name="Reply", exact=True).first.click()
    expect(page).to_have_url(re.compile("/cr306015/"))
    expect(page.get_by_label("Subject")).to_have_value("Re: Order 7")
    answer = steps.queued(sales, customer.address, "Re: Order 7", agent, later=False)
    Email.objects.filter(pk=answer.pk).update(thread=first.thread, status="processed", date=clock.now())
    page.get_by_role("button", name="Send", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Kari Nordmann answered this conversation at")
    assert axe(page) == []
    dialog.get_by_role("button", name="Send anyway").click()
    expect(page).to_have_url(re.compile("/co409080/$"))


@pytest.mark.parametrize("window", ["/co409000/", "/"])
def test_a_mention_is_told_at_once_where_one_is(
    at: Opener, two: tuple[Email, Email], anna: User, agent: User, window: str
) -> None:
    page = at(window)
    expect(page.locator("#toasts .toast")).to_have_count(0)
    page.wait_for_event("response", lambda answer: answer.url.endswith("/changes/"))
    notes.write(two[0], agent, f"Can you look at this, @{anna.login}?", clock.now())
    steps.toast(page, "Kari Nordmann mentioned you: Can you look at this")
    expect(page.locator("#toasts").get_by_role("link", name="Open")).to_have_attribute(
        "href", f"/cr306015/{two[0].pk}/"
    )
