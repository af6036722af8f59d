"""Package `tools`."""
