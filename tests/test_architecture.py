"""The rules of `design.md`, section 9, read from the code itself."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal_project", "products", "subscriptions", "support")
# What each package may import of the project; itself always.
MAY_IMPORT = {
    "portal_project.common": set(),
    "portal_project.accounts": {"portal_project.common"},
    "portal_project.mail": {"portal_project.accounts", "portal_project.common"},
    "products": {"portal_project.accounts", "portal_project.common", "portal_project.mail"},
    "subscriptions": {"portal_project.accounts", "portal_project.common", "portal_project.mail", "products"},
    "support": {"portal_project.accounts", "portal_project.common", "portal_project.mail", "products", "subscriptions"},
}
# Allauth loads its adapter while the apps are still loading, so that one looks at the outbox when it has mail.
EXCEPTIONS = {("portal_project/accounts/adapter.py", "portal_project.mail")}
INSIDE_SUBSCRIPTIONS = ["states", "policies", "models", "billing", "steps", "changing", "due", "views"]
CLOCKS = re.compile(r"\b(localdate|localtime|date\.today|datetime\.now|timezone\.now)\(")


def sources(*places):
    for place in places or APPS:
        for path in sorted((ROOT / place).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.relative_to(ROOT).as_posix()


class _WithoutTypes(ast.NodeTransformer):
    """Imports for annotations alone run nowhere."""

    def visit_If(self, node):
        is_for_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_for_types else node


def imports(path):
    for node in ast.walk(_WithoutTypes().visit(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module, package):
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package):
    allowed = MAY_IMPORT[package] | {package}
    wrong = [
        (name, module)
        for path, name in sources(package.replace(".", "/"))
        for module in imports(path)
        if any(within(module, app) for app in APPS)
        and not any(within(module, other) for other in allowed)
        and not any(name == where and within(module, what) for where, what in EXCEPTIONS)
    ]
    assert wrong == []


def test_inside_subscriptions_imports_run_one_way():
    wrong = []
    for path, name in sources("subscriptions"):
        layer = name.split("/")[1].removesuffix(".py")
        if layer in INSIDE_SUBSCRIPTIONS:
            above = INSIDE_SUBSCRIPTIONS[INSIDE_SUBSCRIPTIONS.index(layer) + 1 :]
            wrong += [
                (name, module) for module in imports(path) for up in above if within(module, f"subscriptions.{up}")
            ]
    assert wrong == []


@pytest.mark.parametrize(
    "module",
    ["subscriptions/rules/states.py", "subscriptions/rules/periods.py", "products/intervals.py", "products/money.py"],
)
def test_pure_modules_touch_neither_database_nor_clock(module):
    text = (ROOT / module).read_text()
    assert not CLOCKS.search(text)
    assert not re.search(r"\.objects\b|from django\.db import|from subscriptions\.models|from products\.models", text)


def test_only_support_cancellations_schedules_and_withdraws():
    callers = {
        name
        for path, name in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("schedule_cancellation", "withdraw_cancellation")
    }
    assert callers == {"support/cancellations/requests.py"}


def test_only_billing_makes_invoices():
    makers = {name for path, name in sources() if re.search(r"\bInvoice\(\n|\bInvoice\(\w+=", path.read_text())}
    assert makers == {"subscriptions/billing/charges.py"}


def test_only_the_outbox_sends_mail():
    senders = {name for path, name in sources() if re.search(r"send_mail\(|EmailM", path.read_text())}
    assert senders == {f"portal_project/{name}.py" for name in ("accounts/adapter", "mail/rendering", "mail/server")}


def test_only_the_edge_reads_what_day_it_is():
    edge = re.compile(r"(views|admin|admin_site)\.py$|/admin/|/management/commands/")
    readers = {name for path, name in sources() if re.search(r"\blocaldate\(\)|date\.today\(\)", path.read_text())}
    assert {name for name in readers if not edge.search(name)} == set()


def test_statuses_and_switches_are_asked_about_in_few_places():
    """The switches of a product are read by the policies alone (and edited in its admin)."""
    readers = {name for path, name in sources() if re.search(r"\.allow_(pause|cancel)\b", path.read_text())}
    assert readers == {"subscriptions/rules/policies.py", "products/admin.py"}


@pytest.mark.django_db
def test_no_model_changed_without_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_lock_file_names_the_public_index_alone():
    hosts = set(re.findall(r"https?://([^/\" ]+)", (ROOT / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
