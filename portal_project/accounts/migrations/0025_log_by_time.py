"""Django's own table of what was changed in the admin has no index by time, and the page "Who did what" reads its newest rows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0024_who_did_what"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.RunSQL(
            'CREATE INDEX "admin_log_by_time" ON "django_admin_log" ("action_time", "id")',
            'DROP INDEX "admin_log_by_time"',
        ),
    ]
