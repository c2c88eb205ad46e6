from datetime import timedelta

from django.conf import settings
from django.db import migrations
from django.db.models import F

# Which of the old mails about signing in held a secret is not recorded, nor for how long it was good: each counts as one that
# held a code. One that still waits is sent within that time or not at all.
LIFETIME = timedelta(minutes=15)


def let_secrets_go(apps, schema_editor):
    mails = apps.get_model("mail", "OutgoingMail").objects.using(schema_editor.connection.alias)
    about_signing_in = mails.filter(template="ready_made")
    about_signing_in.update(expires_at=F("created_at") + LIFETIME)
    if not settings.DEBUG:
        about_signing_in.exclude(state="pending").update(context={})


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0005_mail_expires"),
    ]

    operations = [
        # What is gone does not come back; nothing else needs undoing.
        migrations.RunPython(let_secrets_go, migrations.RunPython.noop),
    ]
