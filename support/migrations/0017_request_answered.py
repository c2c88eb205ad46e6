from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def fill(apps, schema_editor):
    CancellationRequest = apps.get_model("support", "CancellationRequest")
    answers = apps.get_model("support", "Message").objects.filter(
        ticket=OuterRef("ticket"), is_internal=False, created_at__gt=OuterRef("requested_at")
    )
    by_staff = answers.exclude(author=F("ticket__customer")).exclude(body=OuterRef("message")).order_by("created_at")
    CancellationRequest.objects.update(answered_at=Subquery(by_staff.values("created_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0016_cost_of_acceptance"),
    ]

    operations = [
        migrations.AddField(
            model_name="cancellationrequest",
            name="answered_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first answered"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
