"""All checks, in the order of the page "System"; and those that a merchant begins with."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from portal_project.installation import background, business, server
from portal_project.installation.state import Finding, Installation


class Reads(Enum):
    """What has to be there for a check to be asked."""

    SETTINGS = "settings"
    DATABASE = "database"
    TABLES = "tables"


@dataclass(frozen=True)
class Check:
    label: str
    look: Callable[[Installation], Finding]
    code: str = ""
    """Its ID with `manage.py check`; empty for what Django says there itself, and for what is never wrong."""
    reads: Reads = Reads.TABLES
    is_for_all: bool = False
    """Whether `manage.py check` says it always. All else needs --deploy, so that `migrate` and its like do not wait for it."""


@dataclass(frozen=True)
class Step:
    """A check as it is asked of whoever begins."""

    title: str
    check: Check

    @property
    def sends_mail(self) -> bool:
        return self.check is MAIL_TEST


@dataclass(frozen=True)
class Looked:
    """A check or a step with what was found."""

    what: Check | Step
    finding: Finding


BUSINESS = Check("Business", business.business, "portal.W003")
PRODUCT = Check("Products", business.product, "portal.W004")
CUSTOMER = Check("Customers", business.customer, "portal.W005")
MAIL_TEST = Check("Test mail", background.mail_test, "portal.W006")
WORKER = Check("Worker", background.worker, "portal.W007")
ADDRESS = Check("Address", server.address, "portal.W008", reads=Reads.SETTINGS)

CHECKS = [
    Check("Version", server.version, reads=Reads.SETTINGS),
    Check("Database", server.database, "portal.W013", Reads.DATABASE),
    Check("Migrations", server.migrations, "portal.W009", Reads.DATABASE),
    Check("Cache", server.cache_in_use, "portal.W001", is_for_all=True),
    WORKER,
    Check("Hourly job", background.job, "portal.W010"),
    Check("Mails", background.mails, "portal.W011"),
    MAIL_TEST,
    ADDRESS,
    Check("Debug and HTTPS", server.security, reads=Reads.SETTINGS),
    Check("Files", server.files, "portal.W012", reads=Reads.SETTINGS),
    Check("Languages", server.texts, "portal.W002", reads=Reads.SETTINGS, is_for_all=True),
]
# What belongs to nothing but a beginning, and then what may fail later too.
FIRST = [
    Step("Say who sells", BUSINESS),
    Step("Add your first product", PRODUCT),
    Step("Add your first customer", CUSTOMER),
]
STEPS = [
    *FIRST,
    Step("Send yourself a test mail", MAIL_TEST),
    Step("Start the worker", WORKER),
    Step("Set the address", ADDRESS),
]


def first_steps(installation: Installation) -> list[Looked]:
    return [Looked(step, step.check.look(installation)) for step in STEPS]


@dataclass(frozen=True)
class Greeting:
    """What the admin's home says of the installation: all steps to whoever begins, and later those that are to do again."""

    is_beginning: bool
    steps: list[Looked]


def greeting(installation: Installation) -> Greeting:
    steps = first_steps(installation)
    to_do = [each for each in steps if not each.finding.is_well]
    is_beginning = any(each.what in FIRST for each in to_do)
    return Greeting(is_beginning, steps if is_beginning else to_do)


def looked(installation: Installation) -> list[Looked]:
    """At everything but what only a merchant begins with."""
    return [Looked(check, check.look(installation)) for check in CHECKS]


def all_checks() -> Iterator[Check]:
    yield from CHECKS
    yield from (step.check for step in STEPS if step.check not in CHECKS)


def is_well(found: Iterable[Looked]) -> bool:
    return all(each.finding.is_well for each in found)
