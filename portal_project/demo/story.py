"""Alice and Bob: a subscription in every state, whatever the day is on which the demo is loaded."""

from datetime import time

from portal_project.accounts.models import User
from portal_project.demo import acts, conversations
from portal_project.demo.acts import Subscriptions
from portal_project.demo.catalogue import Plans
from portal_project.demo.support_desk import Conversation, answer_request
from portal_project.demo.timeline import Timeline
from products.models import OfferKind
from subscriptions.models import LinkedService

Kind = LinkedService.Kind

# Product, plan, started how many days ago; the last ones come first on the pages.
ALICE_HAS: list[tuple[str, str, int]] = [
    ("Backup 500 GB", "Quarterly", 330),  # offers only Pause; another plan is to come
    ("Domain Care", "Yearly", 300),  # offers only Cancel
    ("Managed Server", "Monthly", 260),  # offers neither; another price is to come
    ("Newsletter Studio", "Monthly", 210),  # ends at once
    ("Website Builder", "Monthly", 180),  # has ended
    ("Hosting Pro", "Monthly", 160),  # offers both; with a discount
    ("Mailbox Business", "Monthly", 120),  # in notice
    ("Shop Cloud", "Monthly", 100),  # paused
    ("Video Meetings", "Monthly", 45),  # its pause is scheduled
    ("Design Studio", "Monthly", 5),  # in its trial
]
BOB_HAS = [
    ("Domain Care", "Yearly", 356),  # renews soon
    ("Hosting Pro", "Yearly", 250),
    ("Mailbox Business", "Monthly", 80),  # resumed by itself
    ("Design Studio", "Monthly", 12),  # its trial ends soon
]

# Kind, name, and in how many days it renews, counted from the day when it was linked.
ALICE_LINKED: dict[str, list[tuple[str, str, int]]] = {
    "Hosting Pro": [(Kind.DOMAIN, "ahn-ceramics.example", 205), (Kind.HOSTING, "web17.birchlane.example", 170)],
    "Domain Care": [(Kind.DOMAIN, "ahn.example", 365), (Kind.DOMAIN, "alice-ahn.example", 365)],
    "Mailbox Business": [
        (Kind.DOMAIN, "mail.ahn-ceramics.example", 133),
        (Kind.MAILBOX, "alice@ahn-ceramics.example", 140),
        (Kind.MAILBOX, "orders@ahn-ceramics.example", 140),
        # It lapses in the notice.
        (Kind.CERTIFICATE, "imap.ahn-ceramics.example", 118),
    ],
    "Newsletter Studio": [(Kind.OTHER, "Sender news@ahn-ceramics.example", 240)],
    "Managed Server": [(Kind.HOSTING, "ahn1.birchlane.example", 365)],
}
MORNING, NOON, EVENING = time(9, 12), time(12, 30), time(18, 47)


def alice(timeline: Timeline, plans: Plans, customer: User, support: User, merchant: User) -> None:
    hers: Subscriptions = {}
    _begin(timeline, plans, customer, hers, ALICE_HAS)
    for product, _plan, days_ago in ALICE_HAS:
        timeline.at(days_ago, NOON, acts.link(hers, product, ALICE_LINKED.get(product, [])))
    timeline.at(75, EVENING, acts.request(hers, "Website Builder", "not_needed", "The exhibition is over."))
    timeline.at(70, MORNING, acts.request(hers, "Hosting Pro", "too_expensive", "Is there a smaller one?"))
    timeline.at(68, NOON, acts.wind_down(support, service="ahn-ceramics.example"))
    timeline.at(66, EVENING, acts.withdraw(hers, "Hosting Pro"))
    timeline.at(60, NOON, acts.grant_discount(hers, "Hosting Pro", 20, 6, support))
    timeline.at(20, NOON, acts.change_plan(hers, "Backup 500 GB", plans["Backup 500 GB", "Monthly"], support))
    timeline.at(14, NOON, acts.change_price(hers, "Managed Server", 139, merchant))
    timeline.at(12, NOON, acts.pause(hers, "Shop Cloud", days=33))
    timeline.at(6, MORNING, acts.request(hers, "Mailbox Business", "switching", "My brother sets up our own server."))
    reply = "I am sorry to see you go, Alice. Shall we send you your mail as an archive before the end?"
    timeline.at(5, NOON, answer_request(hers, "Mailbox Business", support, reply))
    timeline.at(3, NOON, acts.view_as(customer, support, time(12, 14), 11))
    stay = "And if you stay, the next half year is a quarter cheaper."
    terms = {"kind": OfferKind.DISCOUNT, "percent": 25, "invoices": 6, "message": stay}
    timeline.at(3, NOON, acts.offer(hers, "Mailbox Business", support, **terms))
    timeline.at(4, NOON, acts.wind_down(support, service="imap.ahn-ceramics.example"))
    timeline.at(2, EVENING, acts.pause(hers, "Video Meetings", days=90))
    for script, about, days_ago in (
        (conversations.ALICE_RESOLVED, "Backup 500 GB", 40),
        (conversations.ALICE_OPEN, "Managed Server", 4),
    ):
        Conversation(script, customer, support, hers, about).plan(timeline, days_ago, 25)


def bob(timeline: Timeline, plans: Plans, customer: User, support: User) -> None:
    his: Subscriptions = {}
    _begin(timeline, plans, customer, his, BOB_HAS)
    timeline.at(60, NOON, acts.pause(his, "Mailbox Business", days=21))
    timeline.at(10, EVENING, acts.change_plan(his, "Hosting Pro", plans["Hosting Pro", "Small"]))
    Conversation(conversations.BOB_ANSWERED, customer, support, his, "Hosting Pro").plan(timeline, 3, 40)


def _begin(
    timeline: Timeline, plans: Plans, customer: User, into: Subscriptions, has: list[tuple[str, str, int]]
) -> None:
    for product, plan, days_ago in has:
        timeline.at(days_ago, MORNING, acts.start(into, product, customer, plans[product, plan]))
