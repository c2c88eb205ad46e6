from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat


def fill(apps, schema_editor):
    """Those that the page of a request to cancel has made, as far as the product still has the name of then."""
    tickets = apps.get_model("support", "Ticket").objects.filter(type="cancel", cancellation_request__isnull=False)
    named = tickets.filter(subject=Concat(Value("Cancel "), F("subscription__plan__product__name")))
    apps.get_model("support", "Ticket").objects.filter(pk__in=named.values("pk")).update(subject_is_ours=True)


class Migration(migrations.Migration):
    dependencies = [("support", "0020_request_why_facts")]

    operations = [
        migrations.AddField("ticket", "subject_is_ours", models.BooleanField(default=False, editable=False)),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
