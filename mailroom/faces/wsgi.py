"""The web application, for granian or any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from mailroom.faces import warm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
application = get_wsgi_application()
warm.up()
