"""The queue that staff work through: by which day to act, the rows, how they are filtered and found. Mails read it too."""
