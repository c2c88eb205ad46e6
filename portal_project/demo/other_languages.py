"""What the invented hosting company of the demo writes in Dutch and German; some names are the same everywhere."""

from portal_project.common.translations import Translations

DUTCH_AND_GERMAN: dict[str, tuple[str, str]] = {
    # Products.
    "Web space with 50 GB, daily copies and ten sites.": (
        "Webruimte van 50 GB, met dagelijkse kopieën en tien sites.",
        "50 GB Webspace mit täglichen Sicherungen und zehn Websites.",
    ),
    "Mailbox Business": ("Mailbox Zakelijk", "Postfach Business"),
    "Mail, calendar and contacts under your own domain.": (
        "Mail, agenda en contacten onder je eigen domein.",
        "E-Mail, Kalender und Kontakte unter Ihrer eigenen Domain.",
    ),
    "Backup 500 GB": ("Back-up 500 GB", "Datensicherung 500 GB"),
    "Encrypted off-site copies, kept for 90 days.": (
        "Versleutelde kopieën op een andere locatie, 90 dagen bewaard.",
        "Verschlüsselte Kopien an einem anderen Standort, 90 Tage aufbewahrt.",
    ),
    "Domain Care": ("Domeinbeheer", "Domainpflege"),
    "We register, renew and watch over your domains.": (
        "Wij registreren, verlengen en bewaken je domeinen.",
        "Wir registrieren, verlängern und überwachen Ihre Domains.",
    ),
    "Managed Server": ("Beheerde server", "Managed Server"),
    "A server of your own, patched and watched day and night.": (
        "Een eigen server, dag en nacht bijgewerkt en bewaakt.",
        "Ein eigener Server, rund um die Uhr gepflegt und überwacht.",
    ),
    "Newsletters to 5,000 readers a month.": (
        "Nieuwsbrieven aan 5.000 lezers per maand.",
        "Newsletter an 5.000 Leser im Monat.",
    ),
    "An online shop with payments, stock and shipping labels.": (
        "Een webwinkel met betalingen, voorraad en verzendlabels.",
        "Ein Onlineshop mit Zahlungen, Lagerbestand und Versandetiketten.",
    ),
    "Video Meetings": ("Videovergaderen", "Videokonferenzen"),
    "Meetings of up to 100 people, in the browser.": (
        "Vergaderingen tot 100 personen, in de browser.",
        "Besprechungen mit bis zu 100 Personen, im Browser.",
    ),
    "Website Builder": ("Websitebouwer", "Website-Baukasten"),
    "Build a website without writing code.": (
        "Bouw een website zonder code te schrijven.",
        "Erstellen Sie eine Website, ohne Code zu schreiben.",
    ),
    "Drawing tools and a library of pictures for teams.": (
        "Tekengereedschap en een beeldbank voor teams.",
        "Zeichenwerkzeuge und eine Bilddatenbank für Teams.",
    ),
    "Checks every minute, with a weekly report.": (
        "Elke minuut een controle, met een wekelijks overzicht.",
        "Prüfungen im Minutentakt, mit wöchentlichem Bericht.",
    ),
    "Your site at full speed in Japan.": (
        "Je site op volle snelheid in Japan.",
        "Ihre Website in Japan mit voller Geschwindigkeit.",
    ),
    # Alternatives.
    "Is something missing? Tell us: we answer within a day.": (
        "Mis je iets? Laat het ons weten: we antwoorden binnen een dag.",
        "Fehlt Ihnen etwas? Schreiben Sie uns: Wir antworten innerhalb eines Tages.",
    ),
    # Plans.
    "Weekly": ("Wekelijks", "Wöchentlich"),
    "Monthly": ("Maandelijks", "Monatlich"),
    "Quarterly": ("Per kwartaal", "Vierteljährlich"),
    "Yearly": ("Jaarlijks", "Jährlich"),
    "Small": ("Klein", "Klein"),
}


def in_dutch_and_german(**texts: str) -> Translations:
    """Of the texts, by their names, those that have one."""
    known = {name: DUTCH_AND_GERMAN[text] for name, text in texts.items() if text in DUTCH_AND_GERMAN}
    return {
        code: {name: both[number] for name, both in known.items()} for number, code in enumerate(("nl", "de")) if known
    }
