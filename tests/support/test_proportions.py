"""The shares and intervals of the report on alternatives, against published figures."""

import pytest

from support.reports.proportions import Share, difference

# Newcombe 1998, Statistics in Medicine 17, page 873, table II: pairs of shares and the limits of method 10.
NEWCOMBE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


@pytest.mark.parametrize(("one", "other", "low", "high"), NEWCOMBE)
def test_the_interval_is_that_of_the_paper(one, other, low, high):
    found = difference(Share(*one), Share(*other))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ((800, 1000), (60, 100), True),
        ((60, 100), (800, 1000), True),
        ((8, 10), (6, 10), False),
        ((0, 0), (60, 100), False),
        ((5, 5), (0, 0), False),
        ((0, 0), (0, 0), False),
    ],
)
def test_a_difference_is_told_only_where_its_interval_leaves_out_zero(one, other, told):
    assert difference(Share(*one), Share(*other)).is_told is told


def test_an_interval_lies_within_the_possible():
    for of in range(1, 40):
        for count in range(of + 1):
            low, high = Share(count, of).interval
            assert -1e-12 <= low <= count / of + 1e-12
            assert count / of - 1e-12 <= high <= 1 + 1e-12
