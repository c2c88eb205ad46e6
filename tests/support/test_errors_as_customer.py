"""Pages about what went wrong say whose eyes these are, too, and lead back, without asking the database."""

from datetime import date

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from portal_project import urls
from tests.databases import CLOSED, instead
from tests.pages import hidden_inputs
from tests.support.test_view_as_customer import BAR, LEAVE, begin, page


def refusing(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def failing(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*urls.urlpatterns, path("refusing/", refusing), path("failing/", failing)]
handler400, handler500 = urls.handler400, urls.handler500


@pytest.fixture
def viewer(agent, alice, clock, settings):
    """Sam of support, as Alice."""
    clock(date(2026, 4, 5))
    settings.ROOT_URLCONF = __name__
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(begin(alice), hidden_inputs(client.get(page(alice)))).url == "/"
    return client


@pytest.mark.parametrize(
    ("address", "status"), [("/refusing/", 400), ("/failing/", 500), ("/subscriptions/S-ABC234/go-on-canceling/", 405)]
)
def test_it_says_whose_eyes_these_are_and_leads_back(viewer, alice, address, status):
    wrong = viewer.get(address)
    assert wrong.status_code == status
    assert BAR in wrong.text
    assert "as <strong><bdi>Alice Ahn" in wrong.text
    assert viewer.post(LEAVE, hidden_inputs(wrong)).url == page(alice)
    assert BAR not in viewer.get(address).text


def test_so_it_does_where_the_database_fails_in_the_middle(viewer, alice):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE subscriptions_invoice RENAME TO away")
    wrong = viewer.get("/invoices/")
    assert wrong.status_code == 503
    assert "as <strong><bdi>Alice Ahn" in wrong.text
    assert hidden_inputs(wrong)["csrfmiddlewaretoken"]


def test_where_nobody_can_be_asked_who_is_there_it_says_nothing(viewer):
    with instead(CLOSED):
        wrong = viewer.get("/invoices/")
    assert (wrong.status_code, BAR in wrong.text) == (503, False)


def test_nobody_else_has_it(as_alice, settings):
    settings.ROOT_URLCONF = __name__
    as_alice.raise_request_exception = False
    wrong = as_alice.get("/failing/")
    assert (wrong.status_code, BAR in wrong.text) == (500, False)
    assert not wrong.cookies
