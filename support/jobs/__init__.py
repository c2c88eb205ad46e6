"""What the support desk does without being asked, and who does it. Commands and tasks call it."""
