from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0002_ticket_act_by"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("act_by"),
                models.F("id"),
                condition=models.Q(("status__in", ("open", "in_review"))),
                name="ticket_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("assignee"),
                models.F("act_by"),
                models.F("id"),
                condition=models.Q(("status__in", ("open", "in_review"))),
                name="ticket_queue_of_assignee",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("status"),
                models.F("act_by"),
                models.F("id"),
                condition=models.Q(("status__in", ("open", "in_review"))),
                name="ticket_queue_by_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("act_by", None), ("status__in", ("open", "in_review")), _connector="OR"),
                name="ticket_act_by_only_while_unfinished",
            ),
        ),
    ]
