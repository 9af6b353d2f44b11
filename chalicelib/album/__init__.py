"""The display tool: an album of what is stored, and examinations open in it as cases (fig. 8)."""
