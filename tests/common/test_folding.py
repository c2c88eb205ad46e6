import pytest

from portal_project.common.folding import fold, part, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        (" –!…👍", ""),
        ("Müller AG", " muller ag"),
        ("Mu\u0308ller", " muller"),
        ("DÜRER", " durer"),
        ("Straße ﬁn Ａ１", " strasse fin a1"),
        ("İstanbul", " istanbul"),
        ("shop.example.com", " shop example com"),
        ("so\u00adft a\u200db", " soft ab"),
        ("one\ntwo\u2028three_four", " one two three four"),
        ("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", " οδυσσευσ οδυσσευσ"),
        ("Ёлка", " елка"),
        ("שָׁלוֹם", " שלום"),
        ("مُحَمَّد أحمد كـــتاب", " محمد احمد كتاب"),
        # Their marks are letters, and stay.
        ("हिन्दी में", " हिन्दी में"),
        ("ガ", " ガ"),
        ("か\u3099", " が"),
        ("支払い", " 支 払 い"),
        ("ABC支払いdef", " abc 支 払 い def"),
        ("ที่ดี", " ที่ ดี"),
        ("한국어", " 한 국 어"),
        ("٣٤ ४२", " 34 42"),
    ],
)
def test_folded_text_is_small_words_without_what_does_not_count(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("term", "looked_for"),
    [
        ("Dürer", ["durer"]),
        ("back ab restore", ["back", " ab", "restore"]),
        ("alice@example.com", ["alice example com"]),
        ("ab-cde", [" ab cde"]),
        ("支払", [" 支 払"]),
        ("हिन्दी", ["हिन्दी"]),
        ("a:*|b & !c", [" a b", " c"]),
        ("%_ '", []),
        ("one\u2028two", ["one", "two"]),
    ],
)
def test_a_term_is_looked_for_word_by_word(term, looked_for):
    assert [part(word) for word in words(term)] == looked_for


def test_a_term_without_end_is_cut():
    assert len(words("word " * 10_000)) == 20
    assert words("x" * 1_000_000) == ["x" * 500]
