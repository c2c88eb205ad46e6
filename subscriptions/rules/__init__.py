"""The rules, pure: no database, no clock. Everything above may ask them; they import nothing but each other and `products`' pure
modules and choices."""
