"""No page and no mail mixes two languages: in one that nobody speaks, no English word is left."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from babel import Locale
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import translation

from portal_project import languages
from portal_project.accounts.models import Merchant
from portal_project.exports import files, lists
from portal_project.exports.models import Export
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from products.models import CancellationReason, Plan, Product
from support.models import Ticket
from support.tickets.opening import reply
from tests.conftest import signed_in
from tests.crawl import crawl, is_page, posted_to
from tests.factories import PlanFactory, ProductFactory, started
from tests.languages import pseudo
from tests.pages import confirm, hidden_inputs

TODAY = date(2026, 4, 5)
# Names of languages, and what Babel and Django have for English where they do not know the language.
KNOWN = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec|English|UTC|EUR|TXT|PDF|PNG|JPEG|http|https|minutes|days)\b"
)
WORD = re.compile(r"(?<![\w@.&/-])[A-Za-z]{3,}(?![\w@&/-])")
# Of Django and allauth, which have catalogs of their own.
THEIRS = (
    "Current Password",
    "New Password",
    "Forgot your password?",
    "Your password",
    "Email address",
    "This field is required.",
)
COUNTRIES = set(Locale("en").territories.values())
FOR_STRANGERS = ["/accounts/login/", "/nowhere/", "/accounts/signup/", "/accounts/address/undo/x/"]
ATTRIBUTES = ("aria-label", "title", "alt", "placeholder")


class _Text(HTMLParser):
    """What a page says, attributes included; not what is marked as being in a language of its own."""

    VOID = {"input", "img", "br", "meta", "link", "hr", "source"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said, self.silent = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if self.silent:
            if tag not in self.VOID:
                self.silent.append(tag)
            return
        self.said += [found[name] for name in ATTRIBUTES if found.get(name)]
        if tag in ("script", "style") or (tag != "html" and "lang" in found):
            self.silent.append(tag)

    def handle_endtag(self, tag):
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.said.append(" ".join(data.split()))


def english(texts: Iterable[str]) -> list[str]:
    left = {text for text in texts if WORD.search(KNOWN.sub("", text)) and not text.startswith(THEIRS)}
    return sorted(left - COUNTRIES)


def test_an_english_word_is_noticed():
    page = _Text('<p title="Close it">Šìĝñ ìñ</p><p lang="nl">Sluit<br>het</p><b>12 May 2026</b> <i>Open</i> a@b.org')
    assert english(page.said) == ["Close it", "Open"]


@pytest.fixture(scope="session")
def _pseudo(tmp_path_factory):
    path = tmp_path_factory.mktemp("pseudo")
    pseudo.write(path, "en_XA")
    return path


@pytest.fixture(autouse=True)
def _languages(_pseudo, clock, db) -> Iterator[None]:
    clock(TODAY)
    Merchant(pk=1, name="Bïŕĉĥ", support_email="help@birch.example").save()
    for reason in CancellationReason.objects.all():
        CancellationReason.objects.filter(pk=reason.pk).update(label=pseudo.pseudo(reason.label))
    with override_settings(LOCALE_PATHS=[_pseudo], LANGUAGES=languages.offered(_pseudo)):
        yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _people(alice, agent, merchant) -> None:
    for user, name in ((alice, "Łéą"), (agent, "Šåm"), (merchant, "Mïå")):
        user.name, user.language = name, "en-xa"
        user.save()


@pytest.fixture
def subscriptions(alice):
    """One of each kind, with what a customer does to them, a support request and an offer."""
    product = ProductFactory(name="Ĥöştîñĝ", allow_plan_change=True)
    plan = PlanFactory(product=product, name="Šmåļļ")
    PlanFactory(product=product, name="Ļåŕĝé", is_open_to_change=True)
    yearly = PlanFactory(product=product, name="Ýéåŕļý", interval="year")
    kinds = {
        "active": plan,
        "paused": plan,
        "leaving": plan,
        "offered": plan,
        "yearly": yearly,
        "ended": plan,
        "gone": plan,
    }
    found = {kind: started(alice, date(2026, 3, 20), of) for kind, of in kinds.items()}
    found["trial"] = started(alice, date(2026, 3, 20), PlanFactory(product=product, name="Ţŕïåļ", trial_days=30))
    return found


@pytest.fixture
def browser(alice, subscriptions, as_merchant):
    browser, desk = signed_in(alice), "/admin/support/ticket/{}/offer/"
    does(browser, f"/subscriptions/{subscriptions['paused'].number}/pause/", resumes_on="2026-05-20")
    for kind in ("leaving", "offered", "gone"):
        confirm(browser, f"/subscriptions/{subscriptions[kind].number}/cancel/", reason="other", message="Ŵéļļ")
    ticket = Ticket.objects.get(subscription=subscriptions["offered"])
    does(as_merchant, desk.format(ticket.pk), kind="discount", percent="20", invoices="3", message="Šţåý")
    confirm(browser, "/support/new/", type="general", subject="Ĥîļƒé", body="Ŵó?")
    return browser


def test_every_page_of_a_customer(browser):
    assert english_on_pages(browser, ["/", "/nowhere/"]) == {}


def test_every_answer_to_a_form_that_is_sent_empty(browser):
    assert english_in_answers(browser, ["/"]) == {}


def test_every_page_of_a_stranger(stranger):
    assert english_on_pages(stranger, FOR_STRANGERS) == {}


def test_every_answer_to_a_form_that_a_stranger_sends_empty(stranger):
    assert english_in_answers(stranger, FOR_STRANGERS) == {}


def test_every_mail(browser, subscriptions, alice, agent, as_merchant, clock):
    def staff(kind, act, **typed):
        does(as_merchant, f"/admin/subscriptions/subscription/{subscriptions[kind].pk}/{act}/", **typed)

    staff("active", "discount", percent="20", invoices="3")
    staff("active", "change-price", amount="139")
    staff("active", "drop-price-change")
    staff("active", "change-plan", plan=str(Plan.objects.get(name="Ļåŕĝé").pk))
    staff("active", "drop-plan-change")
    staff("active", "pause", resumes_on="2026-05-25")
    staff("active", "resume")
    staff("leaving", "keep-active", agreement="Ƥĥôñé", agreed_on="2026-04-05")
    staff("offered", "withdraw")
    staff("ended", "request-cancellation", reason="other")
    staff("ended", "cancel-now")
    Product.objects.update(pause_starts="period_end")
    staff("offered", "pause", resumes_on="2026-05-25")
    staff("offered", "drop-pause")
    reply(Ticket.objects.get(type="general"), author=agent, body="Ŵéļļ", token=uuid4(), today=TODAY)
    for _each in range(2):
        made = files.order(lists.find("subscriptions.invoice"), "", by=agent, token=uuid4())
    # What it was narrowed to is gone since.
    Export.objects.filter(pk=made.pk).update(query="1=1")
    files.make_waiting()
    for day in (date(2026, 4, 17), date(2026, 5, 1), date(2026, 5, 18), date(2026, 5, 20), date(2027, 3, 8)):
        clock(day)
        call_command("apply_due")
    for page in ("/accounts/login/code/", "/accounts/password/reset/"):
        Client().post(page, {"email": alice.email})
        Client(headers={"Accept-Language": "en-xa"}).post(page, {"email": "nobody@example.com"})
    folder, found = Path(settings.BASE_DIR) / "templates" / "emails", {}
    templates = {str(path.relative_to(folder)).removesuffix(".subject.txt") for path in folder.rglob("*.subject.txt")}
    for mail in OutgoingMail.objects.all():
        rendered = render(mail)
        if left := english([rendered.subject, *rendered.text.splitlines(), *_Text(rendered.html).said]):
            found[mail.template] = left
    assert found == {}
    # The last mail to somebody who is forgotten goes with its person.
    assert templates - set(OutgoingMail.objects.values_list("template", flat=True)) == {"accounts/forgotten"}


@pytest.fixture
def stranger(db):
    return Client(headers={"Accept-Language": "en-xa"})


def english_in_answers(browser, first):
    """Of pages with what is wrong, and of refusals; what needs nothing to be filled in is done."""
    pages = {address: answer for address, answer in crawl(browser, first, leave_out=("/admin/",)) if is_page(answer)}
    forms = {urljoin(address, action) for address, answer in pages.items() for action in posted_to(answer)}
    found = {}
    for address in sorted(forms - {"/accounts/logout/", "/accounts/language/choose/"}):
        answer = browser.post(address, follow=True)
        if is_page(answer) and (left := english(_Text(answer.content.decode()).said)):
            found[address] = left
    return found


def english_on_pages(browser, first):
    pages = {address: answer for address, answer in crawl(browser, first, leave_out=("/admin/",)) if is_page(answer)}
    said = {address: english(_Text(answer.content.decode()).said) for address, answer in pages.items()}
    return {address: left for address, left in said.items() if left}


def does(browser, page, **typed):
    """Look at what it leads to, then confirm it."""
    shown = browser.post(page, hidden_inputs(browser.get(page)) | typed | {"preview": "1"})
    assert shown.status_code == 200, page
    done = browser.post(page, hidden_inputs(shown) | typed)
    assert done.status_code == 302, page
