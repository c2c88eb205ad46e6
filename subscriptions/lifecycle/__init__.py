"""Every change of a subscription as one unit of work: lock, verb, event, effects, mails; and the job that applies what is due."""
