"""The pages of what is sold."""

from products.admin import plans, products, reasons

__all__ = ["plans", "products", "reasons"]
