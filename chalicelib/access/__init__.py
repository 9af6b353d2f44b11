"""Who may do what: callers, the policy table, and how staff and agents prove themselves."""
