from subscriptions import importing
from subscriptions.importing.command import ImportCommand


class Command(ImportCommand):
    help = "Import products, plans, customers and subscriptions from a CSV file without errors. Safe to repeat."
    read, check, write = importing.read, importing.check, importing.write
