import pytest

from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_met_a_database_in_trouble_is_sent_again_from_its_page(visitor, customer, settings):
    well = settings.CACHES
    visitor.opens("/accounts/login/?next=/support/")
    visitor.page.fill("[name=login]", customer.email)
    visitor.page.fill("[name=password]", PASSWORD)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "not_there"}}
    visitor.presses("Sign in").sees("Please try again in a moment").finds_the_page_sound()
    settings.CACHES = well
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.presses("Send again")
    visitor.page.wait_for_url(visitor.home + "/support/")
