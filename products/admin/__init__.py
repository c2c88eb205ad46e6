"""The pages of what is sold."""

from products.admin import plans, products

__all__ = ["plans", "products"]
