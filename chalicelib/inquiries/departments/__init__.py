"""The provider's departments, who works in them, and the rules by which they get inquiries."""
