from django.db import migrations

# PostgreSQL alone has it, for the search of `support.queue.search`: name and e-mail address, in words.
WORDS = "COALESCE(translate({}, '@./:-_+', '       '), '')"
DEFINITION = f"to_tsvector('simple'::regconfig, {WORDS.format('name')} || ' ' || {WORDS.format('email')})"


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"CREATE INDEX user_search ON accounts_user USING gin ({DEFINITION})")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX user_search")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_merchant_logo_and_status_mails"),
    ]

    operations = [
        migrations.RunPython(make, drop),
    ]
