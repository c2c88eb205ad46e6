from subscriptions.importing import services
from subscriptions.importing.command import ImportCommand


class Command(ImportCommand):
    help = "Import the services that hang on subscriptions from a CSV file without errors. Safe to repeat."
    read, check, write = services.read, services.check, services.write
