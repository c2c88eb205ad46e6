"""Winding down what hangs on a subscription that ends, and undoing it where it goes on (`docs/design.md`, Wind-down steps)."""
