"""The agent-assist sidecar, online half: the service, its client and its panel. Start with `python -m assist`."""

__version__ = "0.1.0"
