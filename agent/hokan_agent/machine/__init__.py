"""The machine it runs on: the agent's own directory, its cache, its checks and its unit."""
