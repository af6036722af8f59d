"""Package `integrations.cli`."""
