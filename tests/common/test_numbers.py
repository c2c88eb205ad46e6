import pytest

from portal_project.common import numbers

T, S = {"T-ABC123"}, {"S-ABC123"}


@pytest.mark.parametrize(
    "text",
    [
        "T-ABC123",
        "t-abc123",
        "t abc123",
        "tabc123",
        "T ABC 123",
        "T-abc-i23",
        "(T-ABC123)",
        "[T-ABC123]:",
        "#T_ABC123",
        "T\u2011ABC123",
        "T\u2013ABC\u200b123",
        "T\u2212ABC123",
        "Ｔ－ＡＢＣ１２３",
        "T-ABC١٢٣",
        "Re: Your request (T-ABC123), please",
        "チケットT-ABC123です",
        "ticket t abc123.",
    ],
)
def test_a_tickets_number_is_read_however_it_is_written(text):
    assert numbers.read(text).tickets == T
    assert numbers.read(text).subscriptions in (set(), S)


def test_letters_that_look_like_digits_are_these_digits():
    assert numbers.read("t-ffffoi").tickets == {"T-FFFF01"}
    assert numbers.only("s-l0oi23") == "S-100123"


def test_without_its_letter_it_may_be_any():
    found = numbers.read("about ABC123?")
    assert (found.tickets, found.subscriptions, found.customers, found.invoices) == (T, S, {"C-ABC123"}, set())


@pytest.mark.parametrize("text", ["C-ABC123", "customer c abc i23", "Ｃ－ＡＢＣ１２３"])
def test_a_customers_number_is_read_too(text):
    assert numbers.read(text).customers == {"C-ABC123"}


def test_all_numbers_of_a_sentence_are_read():
    found = numbers.read("T-ABC123 and S-7KQ4M2, invoice 001267")
    assert "T-ABC123" in found.tickets
    assert "S-7KQ4M2" in found.subscriptions
    assert found.invoices == {1267}


@pytest.mark.parametrize(
    ("text", "invoices"),
    [
        ("1267", {1267}),
        ("#1267", {1267}),
        ("٠٠١٢٦٧", {1267}),
        ("I have 12 servers", set()),
        ("9" * 18, {10**18 - 1}),
        ("9" * 19, set()),
        ("9" * 5000, set()),
    ],
)
def test_an_invoice_has_six_digits_or_stands_alone(text, invoices):
    assert numbers.read(text).invoices == invoices


@pytest.mark.parametrize(
    "text", ["", "server", "My backup of the server", "T-UUUUUU", "T-ABC1234", "T-ABC12", "!!!", "\u200b"]
)
def test_words_and_what_is_too_long_or_short_are_no_numbers(text):
    assert not numbers.read(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("s-abc123", "S-ABC123"),
        ("(T‑ABC123)", "T-ABC123"),
        ("ABC123", None),
        ("X-ABC123", None),
        # Customers have no address.
        ("C-ABC123", None),
        ("T-ABC123 T-ABC123", None),
        ("T-ABC12U", None),
        ("mailbox", None),
    ],
)
def test_an_address_holds_one_number_and_nothing_else(text, number):
    assert numbers.only(text) == number
