from django.db import migrations

from portal_project.common import bulk, numbers
from portal_project.common.folding import fold
from portal_project.common.migrating import AT_ONCE


def fill(apps, schema_editor):
    """A number for everybody, which searches find."""
    users = apps.get_model("accounts", "User")._default_manager
    while batch := list(users.filter(number=None).order_by("pk").only("pk", "name", "email")[:AT_ONCE]):
        for user in batch:
            user.number = numbers.random_number(numbers.CUSTOMER)
        numbers.draw_free(users, batch, numbers.CUSTOMER)
        for user in batch:
            user.search_text = fold("\n".join((user.name, user.email, user.number)))
        bulk.update(batch, ["number", "search_text"])


class Migration(migrations.Migration):
    # Each batch by itself: there may be a million rows.
    atomic = False

    dependencies = [
        ("accounts", "0011_customer_number"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
