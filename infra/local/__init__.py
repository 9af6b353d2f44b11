"""Hokan on this machine: the packaged stack, deployed to MiniStack as a provider deploys to AWS."""
