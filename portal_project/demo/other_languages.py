"""What the invented hosting company of the demo writes in Dutch and German; some names are the same everywhere."""

from portal_project.common.translations import Translations
from portal_project.demo.conversations import SAVED_REPLIES

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
    # How to pay.
    "By bank transfer to NL00 BANK 0123 4567 89, Birch Lane Hosting.": (
        "Per overschrijving naar NL00 BANK 0123 4567 89 van Birch Lane Hosting.",
        "Per Überweisung auf das Konto NL00 BANK 0123 4567 89 von Birch Lane Hosting.",
    ),
    # What is to be done when a subscription ends.
    "Send the transfer code": ("Verhuiscode sturen", "Auth-Code senden"),
    "Make a last copy": ("Laatste kopie maken", "Letzte Sicherung anlegen"),
    "Delete the web space": ("Webruimte verwijderen", "Webspace löschen"),
    "Offer an archive of the mail": ("Archief van de mail aanbieden", "Archiv der E-Mails anbieten"),
    "Delete the mailbox": ("Mailbox verwijderen", "Postfach löschen"),
    "Delete the list of readers": ("Lezerslijst verwijderen", "Leserliste löschen"),
    "Revoke the certificate": ("Certificaat intrekken", "Zertifikat widerrufen"),
    # Plans.
    "Weekly": ("Wekelijks", "Wöchentlich"),
    "Monthly": ("Maandelijks", "Monatlich"),
    "Quarterly": ("Per kwartaal", "Vierteljährlich"),
    "Yearly": ("Jaarlijks", "Jährlich"),
    "Small": ("Klein", "Klein"),
    # Saved replies.
    SAVED_REPLIES["Ask for details"]: (
        (
            "Beste {customer_name},\n\nbedankt voor je bericht. Om de oorzaak te vinden willen we weten op welke "
            "dag en hoe laat het gebeurde, en wat je zag; een schermafbeelding helpt het meest. Die kun je bij "
            "je antwoord voegen.\n\n{agent}, {merchant}"
        ),
        (
            "Guten Tag {customer_name},\n\nvielen Dank für Ihre Nachricht. Um die Ursache zu finden, müssen wir "
            "wissen, an welchem Tag und um welche Uhrzeit es geschah und was Sie gesehen haben; ein "
            "Bildschirmfoto hilft am meisten. Sie können es Ihrer Antwort beifügen.\n\n{agent}, {merchant}"
        ),
    ),
    SAVED_REPLIES["Cancellation: what happens until the end"]: (
        (
            "Beste {customer_name},\n\nwe hebben je opzegging van {product} ontvangen. Het eindigt op "
            "{end_date}, zonder dat je nog iets hoeft te doen; tot dan werkt alles zoals altijd. Je kunt de "
            "opzegging tot die dag intrekken op de pagina van {ticket}.\n\n{agent}, {merchant}"
        ),
        (
            "Guten Tag {customer_name},\n\nIhre Kündigung von {product} ist bei uns eingegangen. Der Vertrag "
            "endet am {end_date}, ohne dass Sie noch etwas tun müssen; bis dahin funktioniert alles wie bisher. "
            "Bis zu diesem Tag können Sie die Kündigung auf der Seite von {ticket} zurückziehen.\n\n{agent}, "
            "{merchant}"
        ),
    ),
    SAVED_REPLIES["How to pause"]: (
        (
            "Beste {customer_name},\n\nje kunt {product} zelf pauzeren: open het onder Abonnementen en kies "
            "Abonnement pauzeren. Je ziet de datums en de volgende facturen voordat je bevestigt, en tijdens de "
            "pauze wordt er niets in rekening gebracht.\n\n{agent}, {merchant}"
        ),
        (
            "Guten Tag {customer_name},\n\nSie können {product} selbst pausieren: Öffnen Sie es unter "
            "Abonnements und wählen Sie Abonnement pausieren. Sie sehen die Termine und die nächsten Rechnungen, "
            "bevor Sie bestätigen, und während der Pause wird nichts berechnet.\n\n{agent}, {merchant}"
        ),
    ),
    SAVED_REPLIES["Solved, please tell us if not"]: (
        (
            "Beste {customer_name},\n\nhet zou nu weer moeten werken. Is dat niet zo, antwoord dan hier: dan "
            "gaat {ticket} weer open.\n\n{agent}, {merchant}"
        ),
        (
            "Guten Tag {customer_name},\n\nes sollte nun wieder funktionieren. Wenn nicht, antworten Sie einfach "
            "hier, dann ist {ticket} wieder offen.\n\n{agent}, {merchant}"
        ),
    ),
}


def in_dutch_and_german(**texts: str) -> Translations:
    """Of the texts, by their names, those that have one."""
    known = {name: DUTCH_AND_GERMAN[text] for name, text in texts.items() if text in DUTCH_AND_GERMAN}
    return {
        code: {name: both[number] for name, both in known.items()} for number, code in enumerate(("nl", "de")) if known
    }
