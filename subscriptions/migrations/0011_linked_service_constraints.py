from django.db import migrations, models
from django.db.models import F, Q


def stop_what_renews(apps, schema_editor):
    """Staff could switch auto-renew on again while an end had stopped it; with the constraint, only a withdrawal does."""
    LinkedService = apps.get_model("subscriptions", "LinkedService")
    LinkedService.objects.filter(auto_renew=True, auto_renew_before__isnull=False).update(
        auto_renew=False, auto_renew_before=True
    )
    LinkedService.objects.filter(name="").update(name=F("id"))


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0010_linked_service_kinds"),
    ]

    operations = [
        migrations.RunPython(stop_what_renews, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="linkedservice",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=("domain", "hosting", "mailbox", "certificate", "other")),
                name="linked_service_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedservice",
            constraint=models.CheckConstraint(condition=~Q(name=""), name="linked_service_has_a_name"),
        ),
        migrations.AddConstraint(
            model_name="linkedservice",
            constraint=models.CheckConstraint(
                condition=Q(auto_renew_before=None) | Q(auto_renew=False),
                name="linked_service_does_not_renew_where_an_end_stopped_it",
            ),
        ),
    ]
