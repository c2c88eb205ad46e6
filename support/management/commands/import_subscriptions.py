from subscriptions import importing
from subscriptions.importing.command import ImportCommand
from support.cancellations import coming_over


class Command(ImportCommand):
    help = "Import products, plans, customers and subscriptions from a CSV file without errors. Safe to repeat."
    read, check, write = importing.read, coming_over.check, coming_over.write
