import django.core.validators
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merchant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(default="Subscription Portal", max_length=100, verbose_name="name")),
                (
                    "address",
                    models.TextField(blank=True, help_text="As it stands on invoices.", verbose_name="address"),
                ),
                ("tax_number", models.CharField(blank=True, max_length=50, verbose_name="tax number")),
                (
                    "payment_instructions",
                    models.TextField(
                        blank=True,
                        help_text="How to pay, such as your bank account. Invoices say it.",
                        verbose_name="payment instructions",
                    ),
                ),
                (
                    "payment_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="An invoice is due this many days after it is issued.",
                        verbose_name="days to pay",
                    ),
                ),
                ("support_email", models.EmailField(blank=True, max_length=254, verbose_name="support address")),
                (
                    "accent_color",
                    models.CharField(
                        default="#0f766e",
                        help_text="Used for buttons and links in the portal, such as #0f766e.",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^#[0-9a-fA-F]{6}$", "Give the colour as # and six digits, such as #0f766e."
                            )
                        ],
                        verbose_name="accent colour",
                    ),
                ),
            ],
            options={
                "verbose_name": "business",
                "verbose_name_plural": "business",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="merchant_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail address")),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Staff work in the admin. Everybody else is a customer of the portal.",
                        verbose_name="staff",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Switch off instead of deleting: the person can then no longer sign in.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="since"),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="user_email_unique",
                        violation_error_message="There is already a user with this e-mail address.",
                    )
                ],
            },
        ),
    ]
