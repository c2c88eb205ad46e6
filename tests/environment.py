"""The environment of the tests, set before the settings are read: as in production, but over plain HTTP."""

import os

from portal_project import catalogs

os.environ |= {
    "DEBUG": "False",
    "SECRET_KEY": "tests-only-and-long-enough-to-please-the-deploy-check-0123456789",
    "SECURE_SSL": "False",
    "CACHE_URL": "locmemcache://",
    "EMAIL_URL": "consolemail://",
    "PORTAL_URL": "http://portal.test",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "MERCHANT_LANGUAGE": "en",
    "TIME_ZONE": "UTC",
    "DATABASE_POOL_SIZE": "0",
    # Playwright's loop runs in the thread of the tests; Django's guard against that means other code.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}

# So that the texts are those of the catalogs, whatever was compiled before.
catalogs.compile_all()
