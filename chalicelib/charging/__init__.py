"""
Contracts are charged for: each period at its start, each change as it is agreed on.

billing knows invoices and money, contracts know forms and dates; here one meets the other.
"""
