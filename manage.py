#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_project.settings")
    # A letter that the terminal does not know is shown by its number, so that nothing ends half-way for it.
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="backslashreplace")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        # Reads the settings now: some commands go on without them, and then perhaps fail at something else.
        hasattr(settings, "INSTALLED_APPS")
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # For whoever sets it up: the sentence, without the way that led to it.
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
