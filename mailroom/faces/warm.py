"""What the first visitor would wait for: addresses with their windows, and the templates of a list.

What is loaded then lives as long as the process; the garbage collector's walks over it cost some pages 0.2 s.
"""

import gc
import logging

from django.template.loader import get_template
from django.urls import get_resolver

log = logging.getLogger(__name__)
TEMPLATES = ("kit/grid_window.html", "kit/_list_answer.html", "kit/_counts_answer.html", "kit/_reader_answer.html")
READERS = ("mail/_reader.html", "mail/_messages.html", "mail/_message.html", "mail/_message_body.html")


def up() -> None:
    """Load addresses, compile the templates most asked for, freeze both; trouble here is told by the page itself."""
    try:
        _ = get_resolver().url_patterns
        for name in (*TEMPLATES, *READERS):
            get_template(name)
        gc.collect()
        gc.freeze()
    except Exception:  # a page that cannot be made tells so itself
        log.exception("The web process could not prepare its pages.")
