"""The page "Who did what" of the admin: what every app tells of, newest first. Read only; it asks no app by name."""
