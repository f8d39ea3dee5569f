#!/usr/bin/env python3
"""Django's own commands (migrate, makemigrations, shell); everything a user needs is under `mailroom`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
    execute_from_command_line(sys.argv)
