"""Pictures of what is stored, small enough to look at.  All of them can be made again."""
