"""
What a contract costs, when it is due, and where it stands.

So far arithmetic only: time, ids and prices are arguments, so that a preview and a run that call
the same function tell the same figures.
"""
