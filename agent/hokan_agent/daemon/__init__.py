"""`hokan-agent run`: what is due is done, what is saved is sent."""
