import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill_in_who_wrote_last(apps, schema_editor):
    """`act_by` stays empty: the job fills in what is missing."""
    Ticket, Message = apps.get_model("support", "Ticket"), apps.get_model("support", "Message")
    public = Message.objects.filter(ticket=OuterRef("pk"), is_internal=False).order_by("-created_at")
    of_customer = public.filter(author=OuterRef("customer"))
    of_staff = public.exclude(author=OuterRef("customer"))
    Ticket.objects.update(
        wrote_at=Coalesce(Subquery(of_customer.values("created_at")[:1]), F("created_at")),
        answered_at=Subquery(of_staff.values("created_at")[:1]),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0002_subscription_resumes_soon"),
        ("support", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="act_by",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="act by"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="answered_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="answered"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="invoice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to="subscriptions.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="wrote_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="customer wrote"
            ),
        ),
        migrations.RunPython(fill_in_who_wrote_last, migrations.RunPython.noop, elidable=True),
    ]
