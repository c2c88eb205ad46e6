import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def word(apps, schema_editor):
    """Keep the words that were chosen until now."""
    reasons = apps.get_model("products", "CancellationReason").objects.filter(code=OuterRef("reason"))
    requests = apps.get_model("support", "CancellationRequest").objects
    requests.update(reason_label=Subquery(reasons.values("label")))


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0007_cancellation_reasons"),
        ("support", "0013_alternatives"),
    ]

    operations = [
        migrations.AddField(
            model_name="cancellationrequest",
            name="reason_label",
            field=models.CharField(default="", max_length=100, verbose_name="reason as it was worded"),
            preserve_default=False,
        ),
        migrations.RunPython(word, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="cancellationrequest",
            name="reason",
            field=models.ForeignKey(
                db_column="reason",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="products.cancellationreason",
                to_field="code",
                verbose_name="reason",
            ),
        ),
    ]
