"""What is measured: each kind as clicks on the floor and on the portal, and what it must have changed.

A click opens a page, which does not count, and sends its form; without a form it is the page itself that counts.
"""

from dataclasses import dataclass

from tests.benchmarks.web.people import MINE


@dataclass(frozen=True)
class Click:
    page: str
    to: str = ""
    """Where the form goes; empty where there is none."""
    typed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Kind:
    visitors: str
    """Whose visit it is, of those that filling gives."""
    floor: tuple[Click, ...]
    ours: tuple[Click, ...]
    """In addresses `{about}` is what the visitor is about, and `{rows}` how many rows the portal's page has."""
    floor_changed: str = ""
    ours_changed: str = ""
    """SQL that counts what was changed as it should be: once for each visit, and never else."""

    @property
    def is_act(self) -> bool:
        return bool(self.ours_changed)


SUBSCRIPTION = "/subscriptions/{about}/"
TEXT = "The last invoice has a day more than the one before. Why is that?"
TICKET = (("type", "billing"), ("subscription", "{about}"), ("subject", "An invoice of mine"), ("body", TEXT))
FLOOR_TICKET = Click("/support/new/", "/support/new/", TICKET)
FLOOR_TICKETS = """
    SELECT count(*) FROM floor_ticket t JOIN floor_message m ON m.ticket_id = t.id AND m.author_id = t.customer_id
    JOIN auth_user u ON u.id = t.customer_id WHERE u.username LIKE '{visitors}%' AND t.status = 'open'"""
FLOOR_ENDED = """
    SELECT count(*) FROM floor_subscription s JOIN floor_event e ON e.subscription_id = s.id AND e.kind = '{event}'
    JOIN auth_user u ON u.id = s.customer_id AND u.id = e.actor_id
    WHERE u.username LIKE '{visitors}%' AND s.status = '{event}'"""
FLOOR_ENDED_AND_TICKET = """
    SELECT count(*) FROM floor_subscription s JOIN floor_event e ON e.subscription_id = s.id AND e.kind = 'canceled'
    JOIN auth_user u ON u.id = s.customer_id AND u.id = e.actor_id
    JOIN floor_ticket t ON t.customer_id = u.id JOIN floor_message m ON m.ticket_id = t.id
    WHERE u.username LIKE 'request%' AND s.status = 'canceled'"""
# The subscription, its event and the event's mail to its owner.
OURS_CHANGED = """
    SELECT count(*) FROM subscriptions_subscription s
    JOIN subscriptions_subscriptionevent e ON e.subscription_id = s.id AND e.kind = '{event}' AND e.channel = 'portal'
    JOIN accounts_user u ON u.id = s.customer_id AND u.id = e.actor_id
    JOIN mail_outgoingmail m ON m.recipient = u.email AND m.thread = s.number
    WHERE u.email LIKE '{visitors}%' AND {state}"""
OURS_TICKETS = """
    SELECT count(*) FROM support_ticket t JOIN support_message m ON m.ticket_id = t.id AND m.author_id = t.customer_id
    JOIN accounts_user u ON u.id = t.customer_id JOIN mail_outgoingmail o ON o.recipient = u.email AND o.thread = t.number
    WHERE u.email LIKE '{visitors}%' AND t.status = 'open' AND t.act_by IS NOT NULL"""

KINDS = {
    "page": Kind("page", floor=(Click(SUBSCRIPTION),), ours=(Click(SUBSCRIPTION),)),
    "pause": Kind(
        "pause",
        floor=(Click(SUBSCRIPTION, SUBSCRIPTION + "pause/"),),
        ours=(Click(SUBSCRIPTION + "pause/", SUBSCRIPTION + "pause/"),),
        floor_changed=FLOOR_ENDED.format(visitors="pause", event="paused"),
        ours_changed=OURS_CHANGED.format(
            visitors="pause", event="paused", state="s.status = 'paused' AND s.due_on IS NULL AND e.own"
        ),
    ),
    "cancel": Kind(
        "cancel",
        floor=(Click(SUBSCRIPTION, SUBSCRIPTION + "cancel/"),),
        ours=(Click(SUBSCRIPTION + "cancel/", SUBSCRIPTION + "cancel/"),),
        floor_changed=FLOOR_ENDED.format(visitors="cancel", event="canceled"),
        ours_changed=OURS_CHANGED.format(
            visitors="cancel", event="canceled", state="s.status = 'canceled' AND s.canceled_on = e.effective_on"
        ),
    ),
    # At the floor these are two acts: the end, and a ticket about it.
    "request": Kind(
        "request",
        floor=(Click(SUBSCRIPTION, SUBSCRIPTION + "cancel/"), FLOOR_TICKET),
        ours=(
            Click(SUBSCRIPTION + "cancel/", SUBSCRIPTION + "cancel/", (("reason", "too_expensive"), ("message", TEXT))),
        ),
        floor_changed=FLOOR_ENDED_AND_TICKET,
        ours_changed="""
            SELECT count(*) FROM support_cancellationrequest r JOIN subscriptions_subscription s ON s.id = r.subscription_id
            JOIN support_ticket t ON t.id = r.ticket_id AND t.subscription_id = s.id AND t.type = 'cancel'
            JOIN support_message m ON m.ticket_id = t.id
            JOIN subscriptions_subscriptionevent e ON e.subscription_id = s.id AND e.kind = 'cancellation_scheduled'
            JOIN accounts_user u ON u.id = s.customer_id AND u.id = e.actor_id
            WHERE u.email LIKE 'request%' AND s.cancels_on = r.promised_on AND r.decided_at IS NULL
            AND EXISTS (SELECT FROM mail_outgoingmail o WHERE o.recipient = u.email)""",
    ),
    "support": Kind(
        "support",
        floor=(FLOOR_TICKET,),
        ours=(Click("/support/new/?subscription={about}", "/support/new/", TICKET),),
        floor_changed=FLOOR_TICKETS.format(visitors="support"),
        ours_changed=OURS_TICKETS.format(visitors="support"),
    ),
    f"queue of {MINE}": Kind(
        "queue",
        floor=(Click("/queue/?mine=1&rows={rows}"),),
        ours=(Click("/admin/support/ticket/?tab=mine"),),
    ),
    "queue, all": Kind(
        "all",
        floor=(Click("/queue/?rows={rows}"),),
        ours=(Click("/admin/support/ticket/"),),
    ),
    "queue, filtered": Kind(
        "all",
        floor=(Click("/queue/?type=billing&rows={rows}"),),
        ours=(Click("/admin/support/ticket/?type=billing"),),
    ),
    "ticket": Kind(
        "ticket",
        floor=(Click("/queue/{about}/"),),
        ours=(Click("/admin/support/ticket/{about}/change/"),),
    ),
}
