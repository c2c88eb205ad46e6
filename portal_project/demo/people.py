"""The people of the demo: the six who can sign in, and the customers around them."""

from itertools import cycle
from random import Random

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from portal_project.accounts import roles
from portal_project.accounts.models import InvoicedParty, User
from portal_project.common import numbers

PASSWORD = "demo-portal"
ALICE, BOB, CLEO = "alice@example.com", "bob@example.com", "cleo@example.com"
BOB_NEW = "bob.berg@example.org"
"""Where Bob wants to have his mails; he has not confirmed it yet."""
INVITED = "noor.nijhuis@example.com"
"""A colleague who has not followed the link of her invitation yet."""
CLEOS_KEY = "DEMODEMODEMODEMODEMODEMODEMODEMO"
"""What an authenticator app makes her codes from."""
CLEOS_PASSKEY = {
    "id": "cIPAp-SJYbzA2d13D4A2eQ",
    "rawId": "cIPAp-SJYbzA2d13D4A2eQ",
    "type": "public-key",
    "response": {
        "clientDataJSON": (
            "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFBQSIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3QiLCJjcm9zc09yaWdp"
            "biI6ZmFsc2V9"
        ),
        "attestationObject": (
            "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViUSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            "EHCDwKfkiWG8wNnddw-ANnmlAQIDJiABIVgg9kFC2MJ__1pRJF7ubLOcEA9VszR-RrlWhOw0anQQxFkiWCCNpw2_GEI57GFJRnzM9h0D6Fcolzlj"
            "cyKwNeoTBXnErQ"
        ),
    },
}
"""Of a laptop at her office, which nobody else has; so it is there to look at, to rename and to remove."""
MERCHANT, SUPPORT, ADMIN = "merchant@example.com", "support@example.com", "admin@example.com"

# Address, name, what the command prints about them.
SIGN_INS: list[tuple[str, str, str]] = [
    (ALICE, "Alice Ahn", "customer with a subscription in every state"),
    (BOB, "Bob Berg", "customer with two subscriptions"),
    (CLEO, "Cleo Costa", f"customer with two-step sign-in; key for an app: {CLEOS_KEY}"),
    (MERCHANT, "Mia Moreau", "staff, group Merchants: products, settings, everything sold"),
    (SUPPORT, "Sam Sato", "staff, group Support: tickets and cancellation requests"),
    (ADMIN, "Ada Adeyemi", "superuser"),
]

FIRST_NAMES = """
Aaliyah Adrián Amara Anouk Arjun Beatriz Chidi Chloé Dagmar Daniel Elif Emeka Esra Farid Fatima Femke Giorgos Grace
Hana Hiroshi Ingrid Isabel Jamal Jonas Kenji Leila Liam Lucía Maarten Mei Mohammed Nadia Nia Olga Oluwaseun Paweł Priya
Rafael Rania Ruth Sofia Soren Tariq Thandiwe Tomás Wei Yara Yusuf Zanele Zoë
"""
LAST_NAMES = """
Abara Achterberg Almeida Bakker Banerjee Bauer Castillo Chen Costa Diallo Dimitriou Dubois Eriksen Farouk Ferreira Gallo
Haddad Hansen Hoffmann Ito Ivanova Jansen Kaya Khan Kowalska Kumar Larsen Lindqvist Mbeki Mendoza Moretti Nakamura
Nguyen Novak Okafor Oyelaran Park Patel Petrov Quiroga Rahman Rossi Santos Schmidt Singh Suzuki Tanaka Visser Yilmaz
"""
# Of the two who sign in.
PARTIES: dict[str, dict[str, str]] = {
    ALICE: {
        "kind": InvoicedParty.Kind.BUSINESS,
        "company": "Ahn Ceramics B.V.",
        "second_line": "Attn. Alice Ahn",
        "street": "Oudegracht 211",
        "postal_code": "3511 NH",
        "city": "Utrecht",
        "country": "NL",
        "vat_number": "NL004495445B01",
        "invoice_email": "books@ahn-ceramics.example",
    },
    BOB: {"street": "Lindenstraße 7", "postal_code": "10969", "city": "Berlin", "country": "DE"},
}
PHONES = {ALICE: "+31 30 555 0142"}
# Postal code, city, region, country; for every other of the customers around them.
PLACES = """
1012 AB,Amsterdam,,NL
20095,Hamburg,,DE
1000,Brussels,,BE
75011,Paris,,FR
LS1 4AP,Leeds,,GB
D02 X285,Dublin,,IE
62701,Springfield,IL,US
V6B 1A1,Vancouver,BC,CA
00184,Rome,RM,IT
100-0001,Tokyo,,JP
"""
ASCII = str.maketrans("áéíëłö", "aeielo")


def make_accounts() -> dict[str, User]:
    """The six who can sign in, by their addresses; all with the same password."""
    password = make_password(PASSWORD)
    users = {
        email: User.objects.create(email=email, name=name, phone=PHONES.get(email, ""), password=password)
        for email, name, _ in SIGN_INS
    }
    for email, group in ((MERCHANT, roles.MERCHANTS), (SUPPORT, roles.SUPPORT)):
        users[email].groups.add(Group.objects.get(name=group))
    staff = User.objects.filter(email__in=[MERCHANT, SUPPORT, ADMIN])
    staff.update(is_staff=True)
    staff.filter(email=ADMIN).update(is_superuser=True)
    InvoicedParty.objects.bulk_create(InvoicedParty(user=users[email], **party) for email, party in PARTIES.items())
    _protect(users[CLEO])
    return {user.email: user for user in User.objects.filter(email__in=users)}


def _protect(person: User) -> None:
    """With a second step: an app, a passkey, and recovery codes of which two were used."""
    TOTP.activate(person, CLEOS_KEY)
    WebAuthn.add(person, "Office laptop", CLEOS_PASSKEY)
    codes = RecoveryCodes.activate(person)
    codes.mark_as_viewed()
    for code in codes.get_unused_codes()[:2]:
        codes.validate_code(code)


def make_leavers() -> list[User]:
    """Two of the customers around them whose story is told apart."""
    return [User.objects.create(**_named(*name)) for name in (("Nora", "Nyberg"), ("Otto", "Oda"))]


def make_customers(count: int, chance: Random) -> list[User]:
    """Customers who sign in with a code by e-mail, if at all; at most as many as there are pairs of names."""
    pairs = chance.sample([(first, last) for first in FIRST_NAMES.split() for last in LAST_NAMES.split()], count)
    customers = [_customer(first, last) for first, last in pairs]
    numbers.draw_free(User.objects, customers, numbers.CUSTOMER)
    User.objects.bulk_create(customers)
    InvoicedParty.objects.bulk_create(map(_party, customers[::2], cycle(PLACES.split("\n")[1:-1])))
    return customers


def _customer(first: str, last: str) -> User:
    return User(**_named(first, last))


def _named(first: str, last: str) -> dict[str, str]:
    address = f"{first}.{last}".lower().translate(ASCII)
    return {"email": f"{address}@example.org", "name": f"{first} {last}", "password": make_password(None)}


def _party(customer: User, place: str) -> InvoicedParty:
    postal_code, city, region, country = place.split(",")
    number = len(customer.name) + len(customer.email)
    return InvoicedParty(
        user=customer,
        street=f"{number} Market Street",
        postal_code=postal_code,
        city=city,
        region=region,
        country=country,
    )
