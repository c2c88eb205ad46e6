from portal_project.accounts.models.address_change import AddressChange
from portal_project.accounts.models.customer import Customer
from portal_project.accounts.models.invoiced_party import InvoicedParty, buyer
from portal_project.accounts.models.merchant import Merchant, logo_path, validate_logo
from portal_project.accounts.models.saved_view import SavedView
from portal_project.accounts.models.user import User, UserManager, new_number
from portal_project.accounts.models.viewing import Viewing

# Also what migrations name by this path.
__all__ = [
    "AddressChange",
    "Customer",
    "InvoicedParty",
    "Merchant",
    "SavedView",
    "User",
    "UserManager",
    "Viewing",
    "buyer",
    "logo_path",
    "new_number",
    "validate_logo",
]
