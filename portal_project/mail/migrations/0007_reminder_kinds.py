from django.db import migrations
from django.db.models import CharField, Value
from django.db.models.functions import Concat, Substr

OLD = "reminder:"


def name_the_kind(apps, schema_editor):
    """There was one kind of reminder until now. Under its new key none of them is written again."""
    mails = apps.get_model("mail", "OutgoingMail").objects.using(schema_editor.connection.alias)
    rest = Substr("key", len(OLD) + 1)
    new = Concat(Value("reminder:resume:"), rest, output_field=CharField())
    # By the key, which has an index.
    mails.filter(key__startswith=OLD, template="subscriptions/reminder").update(
        key=new, template="subscriptions/reminder_resume"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0006_secrets_leave_mail"),
    ]

    operations = [
        migrations.RunPython(name_the_kind, migrations.RunPython.noop),
    ]
