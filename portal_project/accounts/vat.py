"""VAT numbers: their form and check digits, without asking anybody. Not whether a number is still in use."""

from collections.abc import Iterator

import stdnum.gb.vat
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum.eu import vat as european
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as NotValid
from stdnum.util import clean

from portal_project.accounts import countries

# Greece is the one member whose numbers begin otherwise than its code.
PREFIXES = {code.upper(): code.upper() for code in european.MEMBER_STATES - {"xi"}} | {"GR": "EL", "GB": "GB"}
# Northern Ireland has numbers of its own besides.
ALL_PREFIXES = {*PREFIXES.values(), "XI"}


def checked(number: str, country: str) -> str:
    """The number as it is written without blanks and signs, with the letters of its country before it.

    Raises `ValidationError` for what no number of the country can be. What other countries give out stays as it is; so
    does a number without a country.
    """
    prefix = PREFIXES.get(country)
    if not number or prefix is None:
        return number
    wrong: list[NotValid] = []
    for written in _readings(clean(number, " -./,").upper(), country, prefix):
        try:
            return _validated(written)
        except NotValid as error:
            wrong.append(error)
    if any(isinstance(error, InvalidChecksum) for error in wrong):
        raise ValidationError(
            _("A digit or letter of this VAT number is wrong or missing: its check digit does not fit."), code="vat"
        )
    raise ValidationError(
        _("This is not written like a VAT number of the chosen country (%(country)s), which begins with %(prefix)s."),
        code="vat",
        params={"country": countries.name(country), "prefix": prefix},
    )


def _readings(number: str, country: str, prefix: str) -> Iterator[str]:
    """What it may be: of the country, with or without its letters, or one that the party has in another member state."""
    bare = number.removeprefix(prefix) if number.startswith(prefix) else number.removeprefix(country)
    yield prefix + bare
    if number[:2] in ALL_PREFIXES and number[:2] != prefix:
        yield number


def _validated(number: str) -> str:
    """Raises `NotValid`."""
    if number.startswith("GB"):
        return "GB" + stdnum.gb.vat.validate(number)
    european.validate(number)
    # As it is written, for stdnum takes the letters of Northern Ireland away.
    return number[:2] + european.compact(number).removeprefix(number[:2])
