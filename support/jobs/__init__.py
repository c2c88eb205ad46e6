"""What the support desk does without being asked, after the job. Commands and tasks call it."""
