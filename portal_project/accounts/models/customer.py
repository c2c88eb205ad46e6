from typing import ClassVar

from django.db import models

from portal_project.accounts.models.user import User


class CustomerManager(models.Manager["Customer"]):
    def get_queryset(self) -> "models.QuerySet[Customer]":
        return super().get_queryset().filter(is_staff=False)


class Customer(User):
    """Somebody who is not staff, as the admin lists them. The rights are those on people."""

    objects: ClassVar[CustomerManager] = CustomerManager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "customer"
        verbose_name_plural = "customers"
