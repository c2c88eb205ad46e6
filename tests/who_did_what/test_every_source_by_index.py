"""An index finds the newest rows of every source of “Who did what”, as the page and its file ask for them."""

import pytest
from django.db import connection

from portal_project.common import who_did_what
from portal_project.common.who_did_what import SIZE

pytestmark = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="it takes a parameter for no constant of an index"
)


@pytest.fixture
def reluctant(db):
    """A planner that sorts only where it has to, however few rows there are."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")


@pytest.mark.parametrize("name", [source.name for source in who_did_what.SOURCES])
def test_the_newest_rows_are_found_without_sorting_all(reluctant, name):
    [source] = [source for source in who_did_what.SOURCES if source.name == name]
    newest = source.rows().select_related(source.by).order_by(f"-{source.at}", "-pk")[:SIZE]
    assert "Sort" not in newest.explain()
