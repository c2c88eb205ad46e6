"""Who sells and who buys, in one shape, as they stand on an invoice."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal_project.accounts import countries, vat
from portal_project.common import fields

STREET_LENGTH = 500
FIELDS = ("company", "second_line", "street", "postal_code", "city", "region", "country", "vat_number")
"""In the order of forms."""


class Party(models.Model):
    """Name, address and VAT number of a company or person. All of it may be empty."""

    company = fields.LineField(_("company"), max_length=150, blank=True)
    second_line = fields.LineField(
        _("second line"), max_length=150, blank=True, help_text=_("Such as a department, or who it goes to.")
    )
    street = fields.ParagraphsField(
        _("street and number"),
        max_length=STREET_LENGTH,
        blank=True,
        help_text=_("Over several lines where you need them."),
    )
    postal_code = fields.NumberField(_("postal code"), max_length=20, blank=True)
    city = fields.LineField(_("city"), max_length=100, blank=True)
    region = fields.LineField(
        _("region"), max_length=100, blank=True, help_text=_("State or province, where addresses have one.")
    )
    country = models.CharField(_("country"), max_length=2, blank=True, choices=countries.choices)
    vat_number = fields.NumberField(
        _("VAT number"),
        max_length=50,
        blank=True,
        help_text=_("Or another tax number. Those of the European Union and the United Kingdom are checked."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        self.postal_code = self.postal_code.upper()
        try:
            self.vat_number = vat.checked(self.vat_number, self.country)
        except ValidationError as error:
            raise ValidationError({"vat_number": error}) from error

    def lines(self, name: str) -> list[str]:
        """As on an envelope, the VAT number last; `name` stands there where no company does."""
        place = countries.place(self.country, postal_code=self.postal_code, city=self.city, region=self.region)
        country = countries.name(self.country)
        lines = [self.company or name, self.second_line, *self.street.splitlines(), *place, country, self.vat_number]
        return [line for line in lines if line]
