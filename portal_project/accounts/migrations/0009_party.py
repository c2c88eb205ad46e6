from django.db import migrations


class Migration(migrations.Migration):
    """What a business had written about itself is kept as it is: its whole address stands where now only the street is asked."""

    dependencies = [("accounts", "0008_alternatives")]

    operations = [
        migrations.RenameField("merchant", "address", "street"),
        migrations.RenameField("merchant", "tax_number", "vat_number"),
    ]
