from django.db import migrations

# PostgreSQL alone has them; elsewhere the search is a plain one. The expressions are those of `support.queue.search`.
INDEXES = {
    "ticket_search": "support_ticket USING gin (to_tsvector('simple'::regconfig, COALESCE(translate(subject, '@./:-_+', '       '), '')))",
    "message_search": "support_message USING gin (to_tsvector('simple'::regconfig, COALESCE(translate(body, '@./:-_+', '       '), '')))",
}


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, definition in INDEXES.items():
            schema_editor.execute(f"CREATE INDEX {name} ON {definition}")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0005_request_agreement"),
    ]

    operations = [
        migrations.RunPython(make, drop),
    ]
