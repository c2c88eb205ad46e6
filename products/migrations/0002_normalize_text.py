from django.db import migrations

from portal_project.common import normalize
from portal_project.common.migrating import normalize_column


def write_anew(apps, schema_editor):
    Product, Plan = apps.get_model("products", "Product"), apps.get_model("products", "Plan")
    normalize_column(Product, "name", normalize.line, unique_in=())
    normalize_column(Product, "description", normalize.paragraphs)
    normalize_column(Plan, "name", normalize.line, unique_in=("product",))


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(write_anew, migrations.RunPython.noop),
    ]
