"""The page of a product, once the support desk is there: with the wind-down of linked services, and with a preview of what
customers will see, which needs the rules of subscriptions and of requests to cancel. The rest of the page is `products.admin`."""

from support.admin.products import page

__all__ = ["page"]
