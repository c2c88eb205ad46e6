"""What the demo's customers write to support, and what they are answered."""

from typing import NamedTuple

from support.models import Ticket

Type, Status, Priority = Ticket.Type, Ticket.Status, Ticket.Priority

CUSTOMER, STAFF, NOTE = "customer", "staff", "note"


class Script(NamedTuple):
    """One ticket from its first message to where it stands now. `{product}` stands for what the customer has."""

    type: Ticket.Type
    subject: str
    priority: Ticket.Priority
    status: Ticket.Status
    messages: tuple[tuple[str, str], ...]


SCRIPTS: list[Script] = [
    Script(
        Type.FORGET,
        "Please delete what you keep about me",
        Priority.MEDIUM,
        Status.IN_REVIEW,
        (
            (CUSTOMER, "I am closing my business at the end of the year. Please delete my data then."),
            (STAFF, "We will, once {product} has ended. Your invoices have to stay for seven years; all else goes."),
        ),
    ),
    Script(
        Type.BILLING,
        "Why are there two invoices this month?",
        Priority.MEDIUM,
        Status.RESOLVED,
        (
            (CUSTOMER, "I see two invoices for {product} in the same month. Did I pay twice?"),
            (STAFF, "No: your pause ended between two billing days, so the days up to the next one were billed first."),
            (CUSTOMER, "That makes sense, thank you for the quick answer."),
        ),
    ),
    Script(
        Type.TECHNICAL,
        "Login loops on the phone",
        Priority.HIGH,
        Status.OPEN,
        (
            (
                CUSTOMER,
                "Since yesterday {product} asks me to sign in again and again on my phone. On the laptop it works.",
            ),
        ),
    ),
    Script(
        Type.TECHNICAL,
        "Site answers slowly in the evening",
        Priority.HIGH,
        Status.IN_REVIEW,
        (
            (
                CUSTOMER,
                "Between 19:00 and 21:00 our pages need more than ten seconds. Nothing has changed on our side.",
            ),
            (NOTE, "Same node as two other reports this week. Asked operations for the graphs."),
            (
                STAFF,
                "We can see it too, and are moving you to another machine tonight. Please tell us how it is tomorrow.",
            ),
            (CUSTOMER, "Better, but still not as it was last month."),
        ),
    ),
    Script(
        Type.TECHNICAL,
        "Mails are marked as spam",
        Priority.URGENT,
        Status.OPEN,
        (
            (
                CUSTOMER,
                "All our order confirmations land in the junk folder since this morning. Customers are calling us.",
            ),
            (NOTE, "The SPF record names the old server."),
        ),
    ),
    Script(
        Type.REFUND,
        "Refund for the outage",
        Priority.MEDIUM,
        Status.REJECTED,
        (
            (CUSTOMER, "{product} was down for an hour on Tuesday. I would like that month back."),
            (
                STAFF,
                "We are sorry about that hour. It is within the yearly availability we promise, so there is no refund.",
            ),
        ),
    ),
    Script(
        Type.COMPLAINT,
        "Third time I write about this",
        Priority.URGENT,
        Status.IN_REVIEW,
        (
            (CUSTOMER, "I have called twice and nobody calls back. Please have somebody with an answer write to me."),
            (STAFF, "You are right, and I am sorry. I have taken this over and will write again today."),
            (CUSTOMER, "I am waiting."),
        ),
    ),
    Script(
        Type.INVOICE,
        "Wrong company name on the invoice",
        Priority.MEDIUM,
        Status.OPEN,
        (
            (
                CUSTOMER,
                "Our legal form has changed. Can the next invoices carry the new name? I can send the papers.",
            ),
        ),
    ),
    Script(
        Type.INVOICE,
        "VAT number is missing",
        Priority.LOW,
        Status.RESOLVED,
        (
            (CUSTOMER, "Our bookkeeper needs our VAT number on the invoices for {product}."),
            (STAFF, "It is noted, and stands on every invoice from now on."),
        ),
    ),
    Script(
        Type.FEATURE,
        "Export of statistics",
        Priority.LOW,
        Status.CLOSED,
        (
            (CUSTOMER, "It would help us a lot to get the visitor numbers as a spreadsheet."),
            (STAFF, "Thank you, others ask for it too. It is on our list for the spring."),
        ),
    ),
    Script(
        Type.QUOTE,
        "Price for 40 mailboxes",
        Priority.MEDIUM,
        Status.IN_REVIEW,
        (
            (CUSTOMER, "We are taking over another office. What would 40 mailboxes cost, paid by the year?"),
            (STAFF, "Happy to hear that. Do they need calendars too, or mail alone?"),
            (CUSTOMER, "Calendars for about half of them."),
        ),
    ),
    Script(
        Type.GENERAL,
        "Can a colleague get access?",
        Priority.LOW,
        Status.RESOLVED,
        (
            (CUSTOMER, "My colleague does our bookkeeping and should see the invoices of {product}."),
            (STAFF, "Write us the address and we will invite your colleague."),
            (CUSTOMER, "Done, thank you!"),
        ),
    ),
    Script(
        Type.GENERAL,
        "Moving house",
        Priority.LOW,
        Status.OPEN,
        ((CUSTOMER, "We are moving at the end of the month. Where do I change the address on the invoices?"),),
    ),
    Script(
        Type.PAUSE,
        "Pause over the winter",
        Priority.MEDIUM,
        Status.OPEN,
        ((CUSTOMER, "Our season ends soon. Can {product} rest until spring, and will my data still be there?"),),
    ),
    Script(
        Type.PAUSE,
        "How long may a pause last?",
        Priority.LOW,
        Status.RESOLVED,
        (
            (CUSTOMER, "I would like to pause {product} for a sabbatical. How long is possible?"),
            (STAFF, "You can pause it yourself on its page; the longest date is shown there before you confirm."),
        ),
    ),
    Script(
        Type.OTHER,
        "Request for a data processing agreement",
        Priority.MEDIUM,
        Status.RESOLVED,
        (
            (CUSTOMER, "Our data protection officer asks for a signed agreement."),
            (STAFF, "It is attached to the mail that we have just sent you."),
            (CUSTOMER, "Received, all good."),
        ),
    ),
    Script(
        Type.BILLING,
        "Can I pay by direct debit?",
        Priority.LOW,
        Status.CLOSED,
        (
            (CUSTOMER, "Transferring money every month is tedious. Do you offer direct debit for {product}?"),
            (STAFF, "Yes. Please fill in the mandate on our website, and it begins with the next invoice."),
        ),
    ),
    Script(
        Type.BILLING,
        "Reminder although I have paid",
        Priority.HIGH,
        Status.OPEN,
        ((CUSTOMER, "I paid the invoice for {product} a week ago and still got a reminder. Please check."),),
    ),
]

FORGOTTEN = Script(
    Type.FORGET,
    "Delete my data",
    Priority.MEDIUM,
    Status.IN_REVIEW,
    (
        (CUSTOMER, "I no longer use {product}. Please delete all that you keep about me."),
        (STAFF, "We will do so this week. You get a last mail when it is done."),
    ),
)
ASKS = Script(
    Type.FORGET,
    "Please close my account",
    Priority.MEDIUM,
    Status.OPEN,
    (
        (
            CUSTOMER,
            "{product} has ended and is paid. Please delete my name, my address and what we wrote to each other.",
        ),
    ),
)
ALICE_RESOLVED = Script(
    Type.TECHNICAL,
    "Restoring one file from the backup",
    Priority.MEDIUM,
    Status.RESOLVED,
    (
        (CUSTOMER, "I deleted a folder by mistake. Can I get back only that one, as it was on Monday?"),
        (STAFF, "Yes: choose the day under Restore, then tick the folder. Everything else stays as it is."),
        (CUSTOMER, "Found it. Thank you, Sam!"),
    ),
)
ALICE_OPEN = Script(
    Type.QUOTE,
    "A second server for the summer",
    Priority.MEDIUM,
    Status.IN_REVIEW,
    (
        (
            CUSTOMER,
            "In July and August we expect three times the visitors. Could we rent a second server for two months?",
        ),
        (NOTE, "Good customer since last year. Mia decides on the price."),
        (STAFF, "We could. Would it have to be of the same size, and in the same place?"),
        (CUSTOMER, "The same size please, the place does not matter."),
    ),
)

# He has not looked at the answer yet, so his start page tells him of it.
BOB_ANSWERED = Script(
    Type.TECHNICAL,
    "Which name servers does my new domain need?",
    Priority.LOW,
    Status.IN_REVIEW,
    (
        (CUSTOMER, "I registered a domain for {product}. Which name servers do I enter?"),
        (STAFF, "ns1 and ns2.birchlane.example. Tell us once they are set, and we check it."),
    ),
)

# What people say when they leave: the reason they choose, and what they add to it.
FAREWELLS: list[tuple[str, str]] = [
    ("too_expensive", "It has become too much for a club of our size."),
    ("too_expensive", ""),
    ("switching", "Our new web agency hosts everything itself."),
    ("switching", "We go back to our old provider, they have an office here."),
    ("not_needed", "The project is over. Thank you for everything!"),
    ("not_needed", ""),
    ("not_said", ""),
    ("other", "My business partner and I go separate ways."),
    ("other", "I never got the statistics to work."),
]

# What staff keep ready, by its title.
SAVED_REPLIES: dict[str, str] = {
    "Ask for details": (
        "Dear {customer_name},\n\nthank you for writing. To find the cause we need to know on which day and at what time "
        "it happened, and what you saw; a picture of the screen helps most. You can add it to your answer.\n\n"
        "{agent}, {merchant}"
    ),
    "Cancellation: what happens until the end": (
        "Dear {customer_name},\n\nwe have your request to cancel {product}. It ends on {end_date} without any further "
        "step; until then everything works as before. You can withdraw the request on the page of {ticket} at any time "
        "before.\n\n{agent}, {merchant}"
    ),
    "How to pause": (
        "Dear {customer_name},\n\nyou can pause {product} yourself: open it under Subscriptions and choose Pause "
        "Subscription. You see the dates and the next bills before you confirm, and nothing is billed while it rests."
        "\n\n{agent}, {merchant}"
    ),
    "Solved, please tell us if not": (
        "Dear {customer_name},\n\nthis should work again now. If it does not, just answer here, and {ticket} is open "
        "again.\n\n{agent}, {merchant}"
    ),
}
