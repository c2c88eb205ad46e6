from django.db import migrations

from portal_project.common import normalize
from portal_project.common.migrating import normalize_column


def write_people_anew(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    normalize_column(User, "email", normalize.address, unique_in=(), same="iexact")
    normalize_column(User, "name", normalize.line)
    # What allauth noted of the same people; a note that would be there twice goes when its user is saved.
    normalize_column(apps.get_model("account", "EmailAddress"), "email", normalize.address, unique_in=(), same="iexact")


def write_business_anew(apps, schema_editor):
    Merchant = apps.get_model("accounts", "Merchant")
    for name in ("name", "tax_number"):
        normalize_column(Merchant, name, normalize.line)
    for name in ("address", "payment_instructions"):
        normalize_column(Merchant, name, normalize.paragraphs)
    normalize_column(Merchant, "support_email", normalize.address)


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0004_user_staff"),
    ]

    operations = [
        migrations.RunPython(write_people_anew, migrations.RunPython.noop),
        migrations.RunPython(write_business_anew, migrations.RunPython.noop),
    ]
