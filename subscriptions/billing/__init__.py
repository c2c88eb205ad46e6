"""What is owed for which days, and the invoices and payments of it. The preview and the lifecycle call it; it sends nothing."""
