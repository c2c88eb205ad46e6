from django.db import migrations

# As they were worded until now.
LABELS = {
    "status": {
        "Open": "open",
        "In review": "in_review",
        "Resolved": "resolved",
        "Rejected": "rejected",
        "Closed": "closed",
    },
    "priority": {"Low": "1", "Medium": "2", "High": "3", "Urgent": "4"},
}


def keep_values(apps, schema_editor):
    events = apps.get_model("support", "TicketEvent").objects.order_by()
    for kind, labels in LABELS.items():
        for label, value in labels.items():
            events.filter(kind=kind, old=label).update(old=value)
            events.filter(kind=kind, new=label).update(new=value)


class Migration(migrations.Migration):
    dependencies = [("support", "0021_ticket_subject_is_ours")]

    operations = [migrations.RunPython(keep_values, migrations.RunPython.noop, elidable=True)]
