from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0004_conversation"),
    ]

    operations = [
        migrations.AddField(
            model_name="cancellationrequest",
            name="agreed_on",
            field=models.DateField(blank=True, null=True, verbose_name="agreed"),
        ),
        migrations.AddField(
            model_name="cancellationrequest",
            name="agreement",
            field=models.CharField(blank=True, max_length=500, verbose_name="how the customer agreed"),
        ),
        migrations.AddConstraint(
            model_name="cancellationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agreed_on__isnull", False), ("decision", "kept"), models.Q(("agreement", ""), _negated=True)
                    ),
                    models.Q(models.Q(("decision", "kept"), _negated=True), ("agreed_on", None), ("agreement", "")),
                    _connector="OR",
                ),
                name="kept_exactly_with_the_customers_agreement",
            ),
        ),
    ]
