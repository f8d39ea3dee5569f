"""Remote images wait until a person asks, and come back when the mail is sent on."""

import pytest

from mailroom.mime import bodies, remote_images


@pytest.mark.parametrize(
    "html",
    ['<p><img src="https://a.example/x.gif?a=1&amp;b=2" alt="x"></p>', "<img alt=y src='http://b.example/1.png'>"],
)
def test_a_held_image_names_no_other_host_and_comes_back(html: str) -> None:
    clean = bodies.sanitise_html(html)
    held = remote_images.hold(clean)
    assert remote_images.any_in(clean)
    assert not remote_images.any_in(held)
    assert remote_images.release(bodies.sanitise_html(held)) == clean


def test_our_own_and_inline_images_stay() -> None:
    html = '<img src="cid:1"><img src="data:image/png;base64,AA=="><img src="/cr306015/1/inline/1">'
    assert remote_images.hold(html) == html
    assert not remote_images.any_in(html)
