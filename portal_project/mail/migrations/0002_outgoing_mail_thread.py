from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="thread",
            field=models.CharField(blank=True, default="", max_length=20, verbose_name="thread"),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                models.F("thread"), condition=models.Q(("thread", ""), _negated=True), name="mail_of_thread"
            ),
        ),
    ]
