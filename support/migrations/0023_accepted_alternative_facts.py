from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0022_ticket_event_values")]

    operations = [
        migrations.RenameField("acceptedalternative", "offered", "offered_then"),
        migrations.AlterField(
            "acceptedalternative",
            "offered_then",
            models.CharField(blank=True, default="", editable=False, max_length=300),
        ),
        migrations.AddField(
            "acceptedalternative",
            "offered_facts",
            models.JSONField(default=dict, editable=False, verbose_name="what was offered"),
        ),
    ]
