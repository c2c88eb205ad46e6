"""What an action will change, tried on a copy, and why each date is what it is. Forms, pages and mails show it; nothing is
written here."""
