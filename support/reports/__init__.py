"""What the support desk learns from its rows: counted in the database each time it is asked, and kept nowhere."""
