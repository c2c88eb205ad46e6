"""Charts that the server draws: where the marks stand, and what is read without seeing them."""

import re

import pytest
from django.template import Context, Template
from django.utils.html import escape

from portal_project.common.charts import Chart, Row
from portal_project.common.charts.drawing import DRAWINGS, LONGEST_LABEL

KINDS = ["bars", "stacked", "line"]
LONG = "Donaudampfschifffahrtsgesellschaft <b>& Söhne</b> " * 20


def chart(*rows, names=("Requests", "Ends")):
    return Chart("By month", "From March to May.", "Month", names, rows)


def shown(kind, data):
    return Template('{% load charts %}{% chart kind data "one" %}').render(Context({"kind": kind, "data": data}))


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_it_is_what_there_is_to_see_and_every_number(kind):
    page = shown(kind, chart(Row("March", [12, 3]), Row("April", [0, 4567])))
    assert "<figure" in page
    assert "<title>By month</title>" in page
    assert "<desc>From March to May.</desc>" in page
    assert 'role="img" aria-labelledby="one-title" aria-describedby="one-sentence"' in page
    assert re.findall(r'<th scope="(?:col|row)"[^>]*>([^<]+)</th>', page) == [
        "Month",
        "Requests",
        "Ends",
        "March",
        "April",
    ]
    assert re.findall(r'<td class="pa-number">([^<]+)</td>', page)[::3] == ["12", "4567"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [[], [Row("March", [0, 0])], [Row("March", [7, 0])], [Row("", [1, 1])] * 200])
def test_none_one_and_many_rows_are_drawn_within_the_picture(kind, rows):
    drawing = DRAWINGS[kind](chart(*rows))
    marks = [mark for line in drawing.lines for mark in line.marks] + drawing.points
    assert all(0 <= mark.x <= mark.x + mark.width <= 100.01 for mark in marks)
    assert all(0 <= mark.y <= drawing.height for mark in drawing.points)
    assert "NaN" not in shown(kind, chart(*rows))


@pytest.mark.parametrize("kind", ["bars", "stacked"])
def test_a_long_name_is_cut_in_the_picture_and_whole_in_the_table(kind):
    page = shown(kind, chart(Row(LONG, [1, 2])))
    assert f'<th scope="row">{escape(LONG)}</th>' in page
    assert "<b>" not in page
    assert len(DRAWINGS[kind](chart(Row(LONG, [1, 2]))).lines[0].label) == LONGEST_LABEL


def test_a_bar_is_as_long_as_its_number_is_of_the_largest():
    drawing = DRAWINGS["bars"](chart(Row("March", [50, 0]), Row("April", [200, 0]), Row("May", [0, 0])))
    assert [[mark.width for mark in line.marks] for line in drawing.lines] == [[25.0], [100.0], []]
    assert [line.shown for line in drawing.lines] == ["50", "200", "0"]


def test_the_parts_of_a_bar_stand_side_by_side_and_only_wide_ones_hold_their_number():
    drawing = DRAWINGS["stacked"](chart(Row("March", [75, 5, 20]), names=("a", "b", "c")))
    parts = [(mark.series, mark.x, mark.width, mark.text) for mark in drawing.lines[0].marks]
    assert parts == [(0, 0.0, 75.0, "75"), (1, 75.0, 5.0, ""), (2, 80.0, 20.0, "20")]


def test_parts_and_lines_differ_by_more_than_their_colour():
    data = chart(Row("March", [1, 2]), Row("April", [2, 1]))
    assert len(set(re.findall(r"url\(#(one-\d)\)", shown("stacked", data)))) == 2
    series = re.findall(r'<circle [^>]*data-series="(\d)"', shown("line", data))
    assert set(series) == {"0", "1"}


def test_a_line_leads_from_its_first_point_to_its_last():
    drawing = DRAWINGS["line"](chart(Row("March", [0]), Row("April", [10]), Row("May", [5]), names=("Requests",)))
    assert [(mark.x, mark.y) for mark in drawing.points] == [(3.0, 174.0), (50.0, 24.0), (97.0, 99.0)]
    assert [(mark.to_x, mark.to_y) for mark in drawing.points[:-1]] == [(mark.x, mark.y) for mark in drawing.points[1:]]


def test_numbers_are_written_as_a_computer_reads_them_in_every_language(settings):
    settings.LANGUAGE_CODE = "de"
    page = shown("stacked", chart(Row("März", [1, 2]), Row("April", [4000, 3])))
    assert not re.search(r'="\d+,\d', page)
