"""What a facility and the provider agreed: targets, contracts, and the plan in force."""
