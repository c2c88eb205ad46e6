from django.db import migrations

from portal_project.common import normalize
from portal_project.common.migrating import normalize_column


def write_anew(apps, schema_editor):
    # What people wrote at length is left as it is: it identifies nothing, and there is much of it.
    normalize_column(apps.get_model("support", "Ticket"), "subject", normalize.line)
    normalize_column(apps.get_model("support", "SavedReply"), "title", normalize.line, unique_in=())


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0007_request_ending"),
    ]

    operations = [
        migrations.RunPython(write_anew, migrations.RunPython.noop),
    ]
