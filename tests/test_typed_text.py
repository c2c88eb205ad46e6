"""Every text that people type is read in one way (docs/design.md, Text), and written as HTML knows it."""

import re
from importlib import import_module
from pathlib import Path

from allauth.account.fields import PasswordField
from django import forms
from django.apps import apps
from django.db import models

from portal_project.common import fields
from portal_project.common import forms as common_forms
from portal_project.common.search import SearchTextField

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
APPS = ("portal_project.", "products.", "subscriptions.", "support.")
# Text that nobody types: made by the portal, or copied from what is normalised already.
NOT_TYPED = {
    # An address: encoded, so that it holds no text as it was typed.
    # The name of a model, and the query of an address.
    "accounts.SavedView": {"list", "query"},
    "exports.Export": {"list", "query", "filters", "file", "error"},
    "accounts.User": {"password", "number", "last_language"},
    "mail.MailServer": {"error", "test_error", "test_passed_with"},
    "mail.OutgoingMail": {"key", "recipient", "template", "error", "thread", "language"},
    "products.CancellationReason": {"code"},
    # Sentences of the portal; what stands in them was normalised where it was typed.
    "receipts.Receipt": {
        "number",
        "kind",
        "subscription",
        "ticket",
        "zone",
        "language",
        "title",
        "summary",
        "bills_heading",
        "bills_note",
    },
    # The name of the act, the query of an address, and what the worker met with.
    "subscriptions.BulkAct": {"kind", "query", "error"},
    "subscriptions.BulkRow": {"reason", "effect"},
    "subscriptions.Figures": {"currency"},
    "subscriptions.Invoice": {"currency", "seller", "buyer", "payment_instructions"},
    "subscriptions.JobRun": {"summary"},
    "subscriptions.PaymentFile": {"error"},
    # What stood in a file, to be read again.
    "subscriptions.RefusedPayment": {"reference", "amount", "reason"},
    "subscriptions.Subscription": {"number", "currency"},
    "support.AcceptedAlternative": {"offered_then"},
    # What prints of the name that a file has.
    "support.Attachment": {"name", "content_type"},
    "support.CancellationRequest": {"why_then"},
    "support.Message": {"language"},
    "support.ProviderCall": {"error"},
    "support.Ticket": {"number"},
    "support.TicketEvent": {"old", "new"},
    "support.UnwantedFile": {"path"},
}
HISTORY = {"history_change_reason"}


def test_every_text_that_people_type_is_normalised_in_its_column():
    plain = {}
    for model in apps.get_models():
        if not model.__module__.startswith(APPS):
            continue
        texts = {
            field.name
            for field in model._meta.local_fields
            if isinstance(field, models.CharField | models.TextField) and not field.choices
            if not isinstance(field, fields.Normalized | SearchTextField)
        }
        if texts - HISTORY:
            plain[model._meta.label] = texts - HISTORY
    assert plain == NOT_TYPED


def forms_of_the_project(form=forms.BaseForm):
    for kind in form.__subclasses__():
        if kind.__module__.startswith(APPS):
            yield kind
        yield from forms_of_the_project(kind)


def test_every_text_that_people_type_is_normalised_by_its_form():
    for pages in ("portal_project.urls", "portal_project.accounts.sign_in"):
        import_module(pages)
    ours = common_forms.LineField | common_forms.AddressField
    plain = {
        (kind.__name__, name)
        for kind in forms_of_the_project()
        for name, field in getattr(kind, "base_fields", {}).items()
        if isinstance(field, forms.CharField) and not isinstance(field, ours | forms.UUIDField | PasswordField)
        # What a page carries for itself is not typed, and counts as a whole or not at all.
        if not field.widget.is_hidden
    }
    # Passwords stay as they are typed; the name is one that allauth takes away again, and a link is not typed.
    known = {("NewUserForm", "password1"), ("NewUserForm", "password2"), ("SignupForm", "username")}
    assert plain == known | {("UserTokenForm", "uidb36"), ("UserTokenForm", "key")}


def test_every_time_on_a_page_is_one_that_html_knows():
    """Which has no microseconds, unlike what the filter `date` makes by its "c"."""
    written = {
        (path.name, value)
        for path in TEMPLATES.rglob("*.html")
        for value in re.findall(r'<time datetime="([^"]*)"', path.read_text())
    }
    assert {value for _name, value in written} == {
        "{{ message.created_at|instant }}",
        "{{ entry.at|instant }}",
        "{{ deed.at|instant }}",
    }
