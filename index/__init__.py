"""The agent-assist sidecar, offline half: knowledge to models, vectors and artifact. Start with `python -m index`."""
