import pytest

from portal_project.common.keys import key


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("17", 17),
        ("007", 7),
        (17, 17),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", None),
        ("9" * 4301, None),
        ("١٢", None),
        ("1\n", None),
        ("-1", None),
        ("1\0", None),
        ("abc", None),
        ("", None),
        (None, None),
    ],
)
def test_a_key_is_digits_that_a_row_can_have(sent, expected):
    assert key(sent) == expected
