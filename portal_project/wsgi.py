import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_project.settings")
# Only here do threads share connections: the worker forks, and a pool does not survive that.
os.environ["PORTAL_POOLS_CONNECTIONS"] = "True"

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    print(error, file=sys.stderr, flush=True)
    # From this status gunicorn knows that another worker would fare no better.
    sys.exit(3)
