"""Style sheets of a mail put onto the elements they speak of: many readers drop a `<style>` element."""

import css_inline

_inliner = css_inline.CSSInliner(keep_style_tags=False, keep_link_tags=False, load_remote_stylesheets=False)
LARGEST = 2_000_000


def inlined(html: str) -> str:
    """HTML with its own style sheets inlined; nothing is fetched. HTML that cannot be read comes back as it is."""
    if len(html) > LARGEST or "<style" not in html.lower():
        return html
    try:
        return str(_inliner.inline(html))
    except (css_inline.InlineError, ValueError):
        return html
