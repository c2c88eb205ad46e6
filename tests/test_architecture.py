"""The floors of `docs/architecture.md`, and who alone may do what, read from the code itself."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Choices

from subscriptions.rules.states import Status

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal_project", "products", "subscriptions", "support")

# Every room of the house, a package or a module directly in an app, with the rooms that it stands on. It may import those and
# whatever they stand on, nothing else of the project. Migrations are history and stand outside. The document draws `FLOORS`.
FLOORS = {
    # What every app may use
    "portal_project.common": [],
    "portal_project.accounts": ["portal_project.common"],
    "portal_project.mail": ["portal_project.accounts"],
    "portal_project.receipts": ["portal_project.mail"],
    "portal_project.exports": ["portal_project.mail"],
    # What is sold
    "products.intervals": [],
    "products.money": ["portal_project.common"],
    "products.models": ["products.intervals", "products.money", "portal_project.common"],
    "products.admin": ["products.models", "portal_project.mail"],
    # Subscriptions
    "subscriptions.rules": ["products.models"],
    "subscriptions.models": ["subscriptions.rules"],
    "subscriptions.reports": ["subscriptions.models"],
    "subscriptions.billing": ["subscriptions.models", "portal_project.accounts"],
    "subscriptions.preview": ["subscriptions.billing"],
    "subscriptions.lifecycle": ["subscriptions.preview", "portal_project.mail"],
    "subscriptions.confirm": ["subscriptions.lifecycle", "portal_project.receipts"],
    "subscriptions.importing": ["subscriptions.lifecycle"],
    "subscriptions.bulk": ["subscriptions.confirm"],
    "subscriptions.portal": ["subscriptions.confirm"],
    "subscriptions.admin": ["subscriptions.bulk", "subscriptions.reports", "portal_project.exports"],
    # The support desk
    "support.models": ["subscriptions.confirm", "subscriptions.importing"],
    "support.reports": ["support.models"],
    "support.queue": ["support.models"],
    "support.mails": ["support.queue"],
    "support.tickets": ["support.mails"],
    "support.wind_down": ["support.queue"],
    "support.cancellations": ["support.tickets", "support.wind_down", "subscriptions.bulk"],
    "support.jobs": ["support.cancellations"],
    "support.portal": ["support.cancellations", "subscriptions.portal"],
    "support.admin": [
        "support.cancellations",
        "support.reports",
        "subscriptions.admin",
        "subscriptions.portal",
        "products.admin",
    ],
}
# On top of each app, and imported by nothing.
TOP_FLOOR = {
    "products.apps": [],
    "subscriptions.apps": ["subscriptions.admin"],
    "subscriptions.management": ["subscriptions.importing", "subscriptions.reports"],
    "subscriptions.templatetags": ["subscriptions.portal"],
    "support.apps": ["support.admin"],
    "support.management": ["support.jobs", "subscriptions.reports"],
    "support.templatetags": ["support.portal", "support.reports"],
}
# Settings, addresses, what answers when nothing else does; and the sample data.
INSTALLATION = {
    "portal_project.env_file": [],
    "portal_project.languages": ["portal_project.common"],
    "portal_project.catalogs": ["portal_project.common"],
    "portal_project.service_urls": [],
    "portal_project.environment": ["portal_project.service_urls"],
    "portal_project.settings": [
        "portal_project.environment",
        "portal_project.env_file",
        "portal_project.languages",
        "portal_project.admin_site",
    ],
    "portal_project.admin_app": [],
    "portal_project.admin_site": ["portal_project.dashboard"],
    "portal_project.installation": ["subscriptions.admin", "portal_project.catalogs"],
    "portal_project.dashboard": ["portal_project.installation"],
    "portal_project.who_did_what": ["portal_project.exports"],
    "portal_project.formats": [],
    "portal_project.static_files": [],
    "portal_project.errors": ["portal_project.common"],
    "portal_project.middleware": [
        "portal_project.probes",
        "portal_project.errors",
        "portal_project.accounts",
        "subscriptions.rules",
    ],
    "portal_project.checks": ["portal_project.installation"],
    "portal_project.probes": ["portal_project.installation"],
    "portal_project.public_views": ["portal_project.accounts"],
    "portal_project.public_urls": ["portal_project.public_views"],
    "portal_project.urls": ["portal_project.public_views", "portal_project.common"],
    "portal_project.wsgi": [],
    "portal_project.models": [],
    "portal_project.admin": ["portal_project.common"],
    "portal_project.schedule": [],
    "portal_project.apps": [
        "portal_project.accounts",
        "products.models",
        "portal_project.checks",
        "portal_project.schedule",
    ],
    "portal_project.demo": [
        "support.jobs",
        "subscriptions.reports",
        "portal_project.errors",
        "portal_project.exports",
    ],
    "portal_project.management": ["portal_project.demo", "portal_project.catalogs"],
}
STANDS_ON = FLOORS | TOP_FLOOR | INSTALLATION
EXCEPTIONS = {
    # Allauth loads its adapter while the apps are still loading, so that one looks at the outbox when it has mail.
    ("portal_project.accounts.adapter", "portal_project.mail"),
}

PURE = [
    "portal_project.common.locales",
    "portal_project.common.own_text",
    "portal_project.common.facts",
    "products.intervals",
    "products.money",
    "subscriptions.rules",
]
# What pure code may import; of `products.models` only the choices.
PURE_IMPORTS = re.compile(
    r"(abc|babel|bisect|calendar|collections|copy|dataclasses|datetime|dateutil|decimal|enum|fractions|functools|itertools"
    r"|math|operator|re|secrets|string|types|typing"
    r"|django\.utils\.(formats|functional|html|safestring|translation)|portal_project\.common\.(facts|locales|own_text)"
    r"|products\.intervals|products\.money|subscriptions\.rules)\b"
    r"|django\.db\.models\.(Integer|Text)Choices$"
)
CLOCKS = {"today", "now", "utcnow", "localdate", "localtime"}
QUERIES = {
    "objects",
    "filter",
    "exclude",
    "exists",
    "aggregate",
    "annotate",
    "values_list",
    "select_related",
    "save",
    "delete",
}

# Outside the rules, the models, billing and its preview, these alone ask in which status a subscription is.
ASK_FOR_STATUS = {
    "subscriptions.importing": "a column of the file",
    "subscriptions.reports": "the numbers of each",
    "subscriptions.bulk": "in which way those stand to which it is not possible",
    "subscriptions.lifecycle.reminder_kinds": "the queries for subscriptions to remind of",
    "subscriptions.confirm.pause_forms": "a sentence for those who are paused",
    "subscriptions.portal.attention": "which of its dates comes next",
    "subscriptions.portal.actions_area": "which actions the page shows",
    "subscriptions.admin": "the colours of the list, its filters, and what those that end are worth",
    "support.cancellations.end_date": "the end of a trial",
    "support.jobs.follow_up": "the query for requests whose end has come",
    "portal_project.dashboard": "the lists behind the numbers",
    "portal_project.demo": "the sample data",
}


class _WithoutTypes(ast.NodeTransformer):
    """Imports for annotations alone run nowhere."""

    def visit_If(self, node):
        is_for_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_for_types else self.generic_visit(node)


@cache
def modules() -> dict[str, Path]:
    """Every module of the four apps but migrations, by its dotted name."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(module: str) -> ast.AST:
    return _WithoutTypes().visit(ast.parse(modules()[module].read_text()))


@cache
def imports(module: str) -> set[str]:
    """What a module imports when it runs, as far down as a module of the project goes: `from a import b` is `a.b`."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(name: str) -> str:
    return ".".join(name.split(".")[:2])


def within(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


@cache
def below(place: str) -> frozenset[str]:
    """The rooms on which a room stands, down to the ground."""
    return frozenset(STANDS_ON[place]).union(*(below(other) for other in STANDS_ON[place]))


def attributes(module: str) -> Iterator[ast.Attribute]:
    return (node for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute))


def statuses(module: str) -> list[ast.Attribute]:
    """Where a module names a status of subscriptions, under whatever name it has it; tickets and invoices have their own."""
    if "subscriptions.rules.states.Status" not in imports(module):
        return []
    return [
        node
        for node in attributes(module)
        if isinstance(node.value, ast.Name) and node.value.id == "Status" and node.attr in Status.names
    ]


def test_every_module_has_its_place_in_the_table():
    assert {room(module) for module in modules() if "." in module} == set(STANDS_ON)
    assert {app: imports(app) for app in APPS} == {app: set() for app in APPS}


def test_the_document_draws_the_same_floors():
    drawn = re.findall(r"^ +([\w.]+) --> ([\w.]+)$", (ROOT / "docs/architecture.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(drawn) == sorted((place, other) for place, others in FLOORS.items() for other in others)


@pytest.mark.parametrize("place", STANDS_ON)
def test_imports_run_one_way(place):
    wrong = [
        (module, name)
        for module in modules()
        if room(module) == place
        for name in imports(module)
        if name.split(".")[0] in APPS
        and room(name) not in below(place) | {place}
        and not any(within(module, here) and within(name, there) for here, there in EXCEPTIONS)
    ]
    assert wrong == []


@pytest.mark.parametrize(("here", "there"), sorted(EXCEPTIONS))
def test_every_exception_is_still_needed(here, there):
    assert any(within(module, here) and within(name, there) for module in modules() for name in imports(module))


def test_no_module_imports_in_a_circle():
    known = modules()
    graph = {
        module: {name if name in known else name.rpartition(".")[0] for name in imports(module)} & set(known) - {module}
        for module in known
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("module", [name for name in modules() if any(within(name, place) for place in PURE)])
def test_pure_modules_touch_neither_database_nor_clock(module):
    foreign = {name for name in imports(module) if not PURE_IMPORTS.match(name)}
    choices = {name for name in foreign if within(name, "products.models") and is_choices(name)}
    used = {node.attr for node in attributes(module)}
    assert (foreign - choices, used & CLOCKS, used & QUERIES) == (set(), set(), set())


def is_choices(name: str) -> bool:
    home, _, what = name.rpartition(".")
    return isinstance(getattr(import_module(home), what), type(Choices))


def callers(*names: str) -> set[str]:
    """The modules that call something under one of these names."""
    return {
        module
        for module in modules()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", None)) in names
    }


def test_only_support_cancellations_schedules_and_withdraws():
    assert callers("schedule_cancellation", "withdraw_cancellation") == {"support.cancellations.requests"}


def test_only_billing_makes_invoices():
    makers = {
        module
        for module in callers("Invoice")
        if any(
            isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Invoice" for node in ast.walk(tree(module))
        )
    }
    assert makers == {"subscriptions.billing.charges"}


def test_only_the_outbox_sends_mail():
    """What changes how somebody signs in writes to them by the adapter."""
    senders = {name for name, path in modules().items() if re.search(r"send_mail\(|EmailM", path.read_text())}
    assert senders == {
        f"portal_project.{name}"
        for name in (
            *("accounts.adapter", "accounts.address", "accounts.invitations", "accounts.second_step"),
            *("mail.rendering", "mail.server"),
        )
    }


def test_only_the_edge_reads_what_day_it_is():
    edge = re.compile(r"\.(views|admin_site|command)$|\.bulk\.running$|\.admin$|\.admin\.|\.management\.")
    readers = {
        name for name, path in modules().items() if re.search(r"\blocaldate\(\)|date\.today\(\)", path.read_text())
    }
    assert {name for name in readers if not edge.search(name)} == set()


def test_the_switches_of_a_product_are_read_by_the_refusals_alone():
    """And edited in its admin."""
    switches = {"allow_pause", "allow_cancel", "allow_plan_change"}
    readers = {module for module in modules() if {node.attr for node in attributes(module)} & switches}
    assert readers == {"subscriptions.rules.refusals", "products.admin.products"}


def test_a_subscriptions_status_is_asked_about_in_few_places():
    below_the_pages = [f"subscriptions.{name}" for name in ("rules", "models", "billing", "preview")]
    asking = {
        module
        for module in modules()
        if statuses(module) and not any(within(module, place) for place in below_the_pages)
    }
    assert {module for module in asking if not any(within(module, place) for place in ASK_FOR_STATUS)} == set()
    assert {place for place in ASK_FOR_STATUS if not any(within(module, place) for module in asking)} == set()


def test_only_the_verbs_of_the_model_set_a_subscriptions_status():
    """By `_change`; the import alone writes subscriptions that were not begun here."""
    changing = {module for module in modules() if any(node.attr == "_change" for node in attributes(module))}
    assert {module for module in changing if not within(module, "subscriptions.models")} == set()
    setters = {
        module
        for module in modules()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Attribute) and target.attr == "status" for target in node.targets)
        and any(part in statuses(module) for part in ast.walk(node.value))
    }
    assert setters == set()


@pytest.mark.django_db
def test_no_model_changed_without_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_lock_file_names_the_public_index_alone():
    hosts = set(re.findall(r"https?://([^/\" ]+)", (ROOT / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
