"""Sample data to try the portal with, made by the real verbs, and the processes of `make demo`."""
