"""Package `tools.calc`."""
