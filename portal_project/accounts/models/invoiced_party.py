from django.db import models
from django.utils.translation import gettext_lazy as _

from portal_project.accounts.models.user import User
from portal_project.accounts.party import Party
from portal_project.common import fields
from portal_project.common.search import Searchable, SearchTextField


class InvoicedParty(Searchable, Party):
    """Who is invoiced for a customer. Invoices copy it when they are made; without one they go to the customer by name."""

    class Kind(models.TextChoices):
        CONSUMER = "consumer", _("A person")
        BUSINESS = "business", _("A business")

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="invoiced_party", verbose_name=_("customer")
    )
    kind = models.CharField(_("who is invoiced"), max_length=10, choices=Kind, default=Kind.CONSUMER)
    invoice_email = fields.AddressField(
        _("second e-mail address for invoices"),
        blank=True,
        help_text=_("Of whoever pays them. Invoices name it beside the customer’s own."),
    )
    search_text = SearchTextField(of=("company",))

    class Meta:
        verbose_name = "invoiced party"
        verbose_name_plural = "invoiced party"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["consumer", "business"]), name="invoiced_party_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.company or str(self.user)

    @classmethod
    def of(cls, user: User) -> "InvoicedParty":
        """The saved row, or an empty one."""
        return cls.objects.filter(user=user).first() or cls(user=user)


def buyer(customer: User, party: InvoicedParty | None) -> str:
    """Who buys, a line each, as an invoice copies it."""
    lines = (
        [*party.lines(customer.name), customer.email, party.invoice_email] if party else [customer.name, customer.email]
    )
    return "\n".join(filter(None, lines))
