"""Staff act in the admin on a subscription of their own: no receipt leads there, so the mails tell it, as for everybody's."""

from datetime import date

from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from tests.factories import started
from tests.pages import confirm


def test_a_request_made_in_the_admin_and_its_withdrawal_are_mailed(as_agent, agent, clock):
    clock(date(2026, 3, 10))
    own = started(agent, date(2026, 3, 1))
    confirm(as_agent, f"/admin/subscriptions/subscription/{own.pk}/request-cancellation/", reason="other")
    confirm(as_agent, f"/admin/subscriptions/subscription/{own.pk}/withdraw/")
    told = OutgoingMail.objects.filter(recipient=agent.email).order_by("pk")
    assert [mail.template for mail in told] == ["support/request_received", "support/request_withdrawn"]
    assert not Receipt.objects.exists()
