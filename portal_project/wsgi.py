import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_project.settings")
# Only here do threads share connections: the worker forks, and a pool does not survive that.
os.environ["PORTAL_POOLS_CONNECTIONS"] = "True"

application = get_wsgi_application()
