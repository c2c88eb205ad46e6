"""Cancellation requests from submission to decision, and the end that is promised. Jobs and pages use it."""
