"""Facts are JSON, and worded for whoever reads them."""

import json
from datetime import date

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from portal_project.common.facts import SENTENCES, sentences, told, worded


def kept(fact):
    return json.loads(json.dumps(fact))


def test_a_sentence_is_worded_from_what_it_names():
    notice = told("notice", count=1, asked=date(2026, 4, 5), notice_end=date(2026, 4, 6))
    fact = kept(told("ends_with_billed_days", notice=notice, until=date(2026, 4, 20)))
    assert worded(fact) == (
        "1 day’s notice from 5 April 2026 ends on 6 April 2026; you are billed until 20 April 2026, so it ends then."
    )
    with translation.override("de"):
        assert "5. April 2026" in worded(fact)


def test_what_is_no_fact_stays_as_it_is():
    plain = {"name": "Léa", "many": [1, None, {"day": ["2026-04-03"]}], "two": {"day": "x", "other": "y"}, "none": {}}
    assert worded(plain) == plain | {"many": [1, None, "3 April 2026"]}


def test_a_name_is_not_read_as_a_pattern():
    fact = kept(told("that_day_has_passed", why="100 %(today)s", today=date(2026, 4, 3)))
    assert worded(fact) == "100 %(today)s That day has passed, so it ends today, 3 April 2026."


def test_each_sentence_is_named_once_and_known():
    with pytest.raises(ValueError, match="told twice: notice"):
        sentences(notice=gettext_lazy("Notice"))
    with pytest.raises(ValueError, match="no such sentence: nothing"):
        told("nothing")
    assert "no_notice_ends_at_once" in SENTENCES
    assert worded(told("no_notice_ends_at_once")).startswith("There is no notice period")
