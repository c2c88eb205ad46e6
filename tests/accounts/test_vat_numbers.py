"""VAT numbers are read however they are written, and checked offline where their rules are known."""

import pytest
from django.core.exceptions import ValidationError

from portal_project.accounts import vat

NO_FIT, NOT_WRITTEN_SO = "its check digit does not fit", "not written like a VAT number of the chosen country"


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("NL123456782B01", "NL", "NL123456782B01"),
        ("nl 1234.56.782.b01", "NL", "NL123456782B01"),
        ("123456782B01", "NL", "NL123456782B01"),
        ("DE 136 695 976", "DE", "DE136695976"),
        ("BE0403019261", "BE", "BE0403019261"),
        ("0403.019.261", "BE", "BE0403019261"),
        ("FR 40 303 265 045", "FR", "FR40303265045"),
        ("FRK7399859412", "FR", "FRK7399859412"),
        # Greece writes EL, and nobody minds GR.
        ("GR094259216", "GR", "EL094259216"),
        ("980780684", "GB", "GB980780684"),
        ("XI980780684", "GB", "XI980780684"),
        # Of a company that is registered for VAT in another member state.
        ("DE136695976", "NL", "DE136695976"),
        # Elsewhere, and without a country, any text will do.
        ("EIN 12-3456789", "US", "EIN 12-3456789"),
        ("CHE-107.787.577 MWST", "CH", "CHE-107.787.577 MWST"),
        ("NL1", "", "NL1"),
        ("", "NL", ""),
    ],
)
def test_it_is_kept_as_its_country_writes_it(typed, country, kept):
    assert vat.checked(typed, country) == kept


@pytest.mark.parametrize(
    ("typed", "country", "said"),
    [
        ("NL123456783B01", "NL", NO_FIT),
        ("DE136695977", "DE", NO_FIT),
        ("BE0403019262", "BE", NO_FIT),
        ("FR41303265045", "FR", NO_FIT),
        ("NL12345", "NL", NOT_WRITTEN_SO),
        ("DE123", "DE", NOT_WRITTEN_SO),
        ("none", "FR", NOT_WRITTEN_SO),
        ("BE", "BE", NOT_WRITTEN_SO),
        ("US123456789", "GB", NOT_WRITTEN_SO),
        ("ß" * 50, "NL", NOT_WRITTEN_SO),
    ],
)
def test_what_cannot_be_one_is_refused_in_words(typed, country, said):
    with pytest.raises(ValidationError, match=said):
        vat.checked(typed, country)
