from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal_project.accounts import second_step
from portal_project.accounts.models import User
from portal_project.common import normalize


class Command(BaseCommand):
    help = (
        "Remove the second step of signing in from an account, for the one superuser who can no longer get in; "
        "for everybody else a superuser does it in the admin. The person is told by mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The address that the account signs in with.")

    def handle(self, *, email: str, **options: Any) -> None:
        try:
            person = User.objects.get(email=normalize.address(email))
        except User.DoesNotExist:
            raise CommandError(f"There is no account with the address {email}.") from None
        removed = second_step.remove_all(person)
        said = "signs in without a second step from now on" if removed else "has no second step"
        self.stdout.write(f"{person.email} {said}.")
